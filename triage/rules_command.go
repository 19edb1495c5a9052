package triage

var commandRules = []Rule{}
