package triage

func shellRules() []Rule     { return nil }
func scannerRules() []Rule   { return nil }
func holeRules() []Rule      { return nil }
func fileProbeRules() []Rule { return nil }
