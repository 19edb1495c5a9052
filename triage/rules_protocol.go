package triage

var protocolRules = []Rule{}
