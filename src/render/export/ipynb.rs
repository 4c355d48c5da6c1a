//! A Jupyter notebook: nbformat 4.5, cells with fixed ids, no outputs.

use super::python::{Piece, pieces};
use crate::table::content::export::Export;
use serde_json::{Value, json};

/// The notebook.
pub fn ipynb(export: &Export) -> String {
    let cells: Vec<Value> = pieces(export)
        .into_iter()
        .enumerate()
        .map(|(i, piece)| {
            let id = format!("cell-{:02}", i + 1);
            match piece {
                Piece::Words(text) => json!({"cell_type": "markdown", "id": id, "metadata": {}, "source": lines(&text)}),
                Piece::Code(text) => {
                    json!({"cell_type": "code", "execution_count": null, "id": id, "metadata": {}, "outputs": [], "source": lines(&text)})
                }
            }
        })
        .collect();
    let notebook = json!({
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    format!("{notebook:#}\n")
}

/// Lines with their ends; the last without, as Jupyter writes them.
fn lines(text: &str) -> Vec<&str> {
    text.trim_end_matches('\n').split_inclusive('\n').collect()
}
