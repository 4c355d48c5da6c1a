//! The program: calls the command and turns its outcome into an exit code.

use std::process::ExitCode;

/// Large tables come and go: memory given back is used again rather than asked for anew.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    didact::cli::main()
}
