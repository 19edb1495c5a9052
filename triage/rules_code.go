package triage

var codeRules = []Rule{}
