package ui

import "context"

// During makes f hear of work as it is done, from the goroutine that does it.
func (o Options) During(f func(ctx context.Context, what string)) Options {
	o.during = (*watch)(&f)
	return o
}
