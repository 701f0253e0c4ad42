//! `kiban graph`

use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen) -> u8 {
    match operations.graph().await {
        Ok(dot) => {
            screen.write(&dot);
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
