//! What the tests that call the program from outside share.
#![allow(dead_code)]

pub mod checked;
pub mod program;
pub mod reckoning;
pub mod sheet;
