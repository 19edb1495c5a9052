package triage

var injectionRules = []Rule{}
