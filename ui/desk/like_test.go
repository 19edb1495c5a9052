package desk

import "testing"

func TestPathShape(t *testing.T) {
	for path, want := range map[string]string{
		"/item/17/photo.php":      "/item/*/photo.php",
		"/u/0a1b2c3d4e5f/x":       "/u/*/x",
		"/about.html":             "",
		"/a b/1":                  "",
		"/up/*/1.php":             "",
		"/img/2024/03/cat-12.jpg": "/img/*/*/cat-*.jpg",
	} {
		if got := pathShape(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
