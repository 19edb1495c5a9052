package triage

var traversalRules = []Rule{}
