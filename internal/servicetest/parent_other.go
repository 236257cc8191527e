//go:build unix && !linux

package servicetest

import "syscall"

// endsWithParent can tie the life of a server to the test binary's only on Linux.
func endsWithParent(syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{}
}
