package main

// Execute runs one command line in this process and returns its exit code.
var Execute = execute
