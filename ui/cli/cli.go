// Package cli is spoor's command line: thin shells over the calls of desk.
//
// Run takes arguments and streams and answers the exit code: 0 done, 1 failed, 2 misuse. Data goes to stdout,
// everything else to stderr. With --json a command prints one JSON object a line. Text from evidence is made
// visible before it is printed, and in JSON every character that a terminal might act on is escaped.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/pprof"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"spoor/cases"
	"spoor/cases/pack"
	"spoor/cases/seal"
	"spoor/index"
	"spoor/triage"
	"spoor/triage/intel"
	"spoor/triage/intel/feed"
	"spoor/ui/desk"
	"spoor/ui/editor"
	"spoor/ui/quiet"
)

// grammar is the whole command line.
type grammar struct {
	Analyst string           `help:"Who is working, for the journal. Default: the case's analyst, else not told." placeholder:"NAME"`
	Host    string           `help:"The machine worked on, for the journal. Default: not told." placeholder:"NAME"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	CPUProfile string `name:"cpuprofile" hidden:"" help:"Write a CPU profile to this file."`

	Load      loadCmd      `cmd:"" help:"Take web logs, event logs and hash lists into a case, and judge them."`
	Open      openCmd      `cmd:"" help:"Open a case in the terminal program."`
	Keys      keysCmd      `cmd:"" help:"Print which keys do what in the terminal program, as a file that can be changed."`
	Demo      demoCmd      `cmd:"" help:"Make the bundled incident into a case in a fresh folder, and open it."`
	Search    searchCmd    `cmd:"" help:"Print the requests and files that match a query."`
	Findings  findingsCmd  `cmd:"" help:"Print each rule that fired on each request and each process."`
	Webshells webshellsCmd `cmd:"" help:"Print the web-shell candidates, best first, with their reasons."`
	Incidents incidentsCmd `cmd:"" help:"Print the chains from attack to shell to its users."`
	Stolen    stolenCmd    `cmd:"" help:"Print what injection read out of the database, and whether attacks worked."`
	Outcomes  outcomesCmd  `cmd:"" help:"Print how each attack fared: failed, no sign of success, likely succeeded, succeeded."`
	Actors    actorsCmd    `cmd:"" help:"Print the intruders and which known groups would fit, with honest doubt."`
	Merge     mergeCmd     `cmd:"" help:"Say that intruders are one."`
	Split     splitCmd     `cmd:"" help:"Say that clients are an intruder of their own."`
	Attribute attributeCmd `cmd:"" help:"Say whom you hold an intruder to be, beside the computed answer."`
	Case      caseCmd      `cmd:"" help:"Show what is known of the case, or change it: victim, sector, objective, outcome, who asked, on what authority."`
	Campaign  campaignCmd  `cmd:"" help:"Set many cases and incident lists beside each other: milestones, sectors, actors, what they share."`
	Assess    assessCmd    `cmd:"" help:"Weigh observables without a case: who would fit, how sure, what else would explain them."`
	Intel     intelCmd     `cmd:"" help:"What is known of actors, tools and techniques."`
	Files     filesCmd     `cmd:"" help:"Print the collected files: known good, known bad, changed, unknown."`
	Processes processesCmd `cmd:"" help:"Print the processes of the event logs: the suspicious ones, or all."`
	Timeline  timelineCmd  `cmd:"" help:"Print what happened, in order of time."`
	Evidence  evidenceCmd  `cmd:"" help:"Print the evidence register and what could not be read."`
	Rejected  rejectedCmd  `cmd:"" help:"Print the lines of the evidence that fit no format, each with the reason."`
	Gaps      gapsCmd      `cmd:"" help:"Print every sign that the evidence is not whole."`
	Show      showCmd      `cmd:"" help:"Print everything known of one record."`
	Note      noteCmd      `cmd:"" help:"Write a note on the case or on records."`
	Notes     notesCmd     `cmd:"" help:"Print the notes."`
	Task      taskCmd      `cmd:"" help:"Say that a task of a note is done, or open again."`
	Verdict   verdictCmd   `cmd:"" help:"Say what you hold of a record: confirmed, benign or unsure."`
	Report    reportCmd    `cmd:"" help:"Write the case report."`
	Reindex   reindexCmd   `cmd:"" help:"Make the index anew from the evidence that the register names."`
	Verify    verifyCmd    `cmd:"" help:"Check a case's evidence, journal, seals and citations, or a report or pack, against what was recorded."`
	Seal      sealCmd      `cmd:"" help:"Sign the head of the journal with a key of yours, and pack the case into one archive."`
}

// session is what a command runs with.
type session struct {
	ctx           context.Context
	in            io.Reader
	out, err      io.Writer
	bundled       fs.FS // the demo's evidence
	args          []string
	analyst, host string
	table         *csvWriter // set if a list is to come out as CSV
}

func (s *session) who() desk.Who { return desk.Who{Analyst: s.analyst, Host: s.host, Args: s.args} }

// misuse is an error of the user's making: exit code 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// exit is how kong's own exits (help, version) come back.
type exit struct{ code int }

// Run runs one command line (without the program's name) and answers the exit code. The bundled evidence of
// the demo is in the root of bundled. An interrupt cancels what runs.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer, bundled fs.FS) (code int) {
	quiet.Over()
	defer func() {
		if e, ok := recover().(exit); ok {
			code = e.code
		} else if r := recover(); r != nil {
			panic(r)
		}
	}()
	var g grammar
	parser, err := kong.New(&g, kong.Name("spoor"), kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exit{code}) }),
		kong.Vars{"version": "spoor " + desk.Version, "report_formats": strings.Join(desk.ReportFormats(), ",")},
		kong.Description("Terminal workstation for incident triage: from the logs and file hashes of a broken-into web server to the injection, the shell, its users and a report.\n\nTry it: spoor demo"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}), kong.UsageOnError())
	if err != nil {
		panic("cli: " + err.Error())
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "spoor: error: %s\nspoor: hint: spoor --help lists the commands, spoor COMMAND --help one of them\n", triage.Visible(err.Error()))
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	done, err := profile(g.CPUProfile)
	if err != nil {
		fmt.Fprintf(stderr, "spoor: error: %s\n", triage.Visible(err.Error()))
		return 1
	}
	defer done()
	s := &session{ctx: ctx, in: stdin, out: stdout, err: stderr, bundled: bundled, args: args, analyst: g.Analyst, host: g.Host}
	return s.report(kctx.Run(s))
}

// endings are the signals that ask the program to end: kill, and a lost terminal unless nohup said that it does not
// matter. However often they come, what is being written is written.
func endings() []os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return []os.Signal{syscall.SIGTERM}
	}
	return []os.Signal{syscall.SIGTERM, syscall.SIGHUP}
}

// profile starts a CPU profile if a file is named, and answers how to end it.
func profile(file string) (done func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}

// report prints an error with a hint when we know what was meant, and answers the exit code.
func (s *session) report(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, errQuiet) {
		return 1
	}
	fmt.Fprintf(s.err, "spoor: error: %s\n", triage.Visible(err.Error()))
	if h := hint(err); h != "" {
		fmt.Fprintf(s.err, "spoor: hint: %s\n", h)
	}
	var syntax *index.SyntaxError
	if errors.As(err, new(misuse)) || errors.As(err, &syntax) {
		return 2
	}
	return 1
}

// errQuiet ends a command with 1 when everything has been said already.
var errQuiet = errors.New("failed")

func hint(err error) string {
	var syntax *index.SyntaxError
	var newer *cases.VersionError
	switch {
	case errors.As(err, &syntax):
		return `for example: spoor search CASE 'ip:198.51.100.0/24 method:POST status:2xx -path:/login* "union select"'`
	case errors.As(err, &newer):
		return "use the spoor that made the case, or a newer one"
	case errors.Is(err, cases.ErrNotFound), errors.Is(err, cases.ErrNotCase):
		return "spoor load CASE PATH... makes a case; spoor demo makes one to try"
	case errors.Is(err, intel.ErrObservable):
		return `for example: spoor assess T1190 "China Chopper" T1505.003@B2 sector:technology`
	case errors.Is(err, feed.ErrUnknown):
		return "read are: ATT&CK and STIX bundles, MISP events and clusters, CSV with a header type,value,actor,confidence,source,date, and lists of hashes, addresses, domains or EXPRESSION;SCORE"
	case errors.As(err, new(errNoName)):
		return "names are looked up whole; case, spaces and punctuation do not count"
	case errors.Is(err, desk.ErrNoActor):
		return "spoor actors CASE prints the intruders"
	case errors.Is(err, desk.ErrNoRecord):
		return "spoor search, findings, webshells, incidents, stolen, actors and files print references"
	case errors.Is(err, cases.ErrNoReport):
		return "name the case with --case; a report printed to stdout is not recorded"
	case errors.Is(err, desk.ErrIncomplete):
		return "--from PATH looks for the evidence elsewhere; --less does without it"
	case errors.Is(err, seal.ErrPassphrase):
		return "--passphrase-file FILE reads it from the first line of a file; on a terminal spoor asks for it"
	case errors.Is(err, seal.ErrKey):
		return "minisign -G and ssh-keygen -t ed25519 make keys"
	case errors.Is(err, pack.ErrEncrypted):
		return "open it first: age -d -i KEY -o PACK.tar.zst FILE"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full; what was recorded before is untouched. Free some space and run it again"
	case errors.Is(err, fs.ErrPermission):
		return "ask for permission, or work on a copy of the case"
	case errors.Is(err, editor.ErrNone):
		return "or give the text with -m TEXT"
	case errors.As(err, new(stopped)):
		return "run the same command again to go on"
	case errors.Is(err, context.Canceled):
		return "cancelled; what was recorded is kept"
	}
	return ""
}

// withCase opens a case, hands it to f and closes it.
func (s *session) withCase(dir string, f func(*desk.Desk) error) error {
	d, err := desk.Open(dir, s.who())
	if err != nil {
		return err
	}
	for _, w := range d.Case.Warnings() {
		fmt.Fprintf(s.err, "spoor: warning: %s\n", triage.Visible(w))
	}
	if n := len(d.Missing()); n > 0 {
		remedy := "spoor reindex brings them back"
		if d.Case.ReadOnly() {
			remedy = "the case folder is read-only: copy it to where you may write, then spoor reindex"
		}
		fmt.Fprintf(s.err, "spoor: warning: the index lacks %d of the registered logs; %s\n", n, remedy)
	}
	if n := len(d.Unfinished()); n > 0 {
		fmt.Fprintf(s.err, "spoor: warning: a stopped load has read only a part of %s; spoor load again goes on\n", plural(n, "log"))
	}
	return errors.Join(f(d), d.Close())
}
