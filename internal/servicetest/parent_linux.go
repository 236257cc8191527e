package servicetest

import "syscall"

// endsWithParent makes the kernel send signal to a server when the test binary
// is gone, so that a killed or timed-out run leaves nothing behind.
func endsWithParent(signal syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: signal}
}
