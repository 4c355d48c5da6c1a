//! The program: calls the command and turns its outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    didact::cli::main()
}
