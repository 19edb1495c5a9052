package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"spoor/triage"
	"spoor/ui/desk"
)

type reindexCmd struct {
	Case string   `arg:"" help:"Case folder."`
	From []string `help:"Folder or file to look in, by SHA-256, for evidence that is no longer where it was. Repeatable." placeholder:"PATH" sep:"none"`
	Less bool     `help:"Use the new index even if evidence that the old one holds cannot be read any more."`
	JSON bool     `name:"json" help:"Print the result as JSON."`
}

func (c *reindexCmd) Run(s *session) error {
	meter, end := s.newMeter()
	r, err := desk.Reindex(s.ctx, c.Case, s.who(), desk.ReindexOptions{From: c.From, Less: c.Less}, meter.show)
	end()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("the old index stays: %w", err)
	}
	if r == nil {
		return err
	}
	printErr := s.buffered(func(w io.Writer) error {
		if c.JSON {
			return jsonLine(w, r)
		}
		printRebuilt(w, r)
		return nil
	})
	if err = errors.Join(err, printErr); err == nil && len(r.Lacking) > 0 {
		err = errQuiet
	}
	return err
}

func printRebuilt(w io.Writer, r *desk.Rebuilt) {
	var lines int64
	for _, e := range r.Files {
		lines += e.Read
	}
	for _, m := range r.Moved {
		fmt.Fprintf(w, "MOVED %s: read at %s\n", triage.Visible(m.Path), triage.Visible(m.Now))
	}
	for _, l := range r.Lacking {
		fmt.Fprintf(w, "NOT READ %s: %s\n", triage.Visible(l.Path), triage.Visible(l.Reason))
	}
	for _, x := range r.Differs {
		fmt.Fprintf(w, "OTHERWISE %s: %s\n", triage.Visible(x.Path), triage.Visible(x.Reason))
	}
	fmt.Fprintf(w, "%s of the register read again, %s; %d not read\n", plural(len(r.Files), "file"), plural(lines, "line"), len(r.Lacking))
}
