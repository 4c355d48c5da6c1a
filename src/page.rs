//! What a page calls where the core is compiled to WebAssembly: bytes go in, JSON comes out, and nothing is asked of the browser.
//!
//! A page writes its request where [`room`] says: the level as eight bytes (0: the run's), the method's length as four, the method,
//! and what [`crate::infer::carried`] wrote. Then [`redo`] gives the length of the answer that lies where [`answer`] says.

// An exported name must be the only one of its kind in the whole file: that is all that is unsafe here.
#![allow(unsafe_code)]

use crate::infer::carried;
use std::cell::RefCell;

thread_local! {
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Room for a request of this many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        *request = vec![0; bytes];
        request.as_mut_ptr()
    })
}

/// Carries the request out. The length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn redo() -> usize {
    let found = REQUEST.with_borrow(|request| carried::asked(request));
    ANSWER.with_borrow_mut(|answer| {
        *answer = found;
        answer.len()
    })
}

/// Where the answer lies.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    ANSWER.with_borrow(|answer| answer.as_ptr())
}
