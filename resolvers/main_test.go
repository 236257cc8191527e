package resolvers_test

import (
	"os"
	"testing"

	"crier/internal/servicetest"
)

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }
