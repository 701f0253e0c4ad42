//! `kiban eks-token`

use crate::cli::args::EksTokenCommand;
use crate::cli::operations::TokenRequest;
use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: EksTokenCommand) -> u8 {
    let EksTokenCommand { cluster, region, profile, role_arn } = args;
    match operations.eks_token(TokenRequest { cluster, region, profile, role: role_arn }).await {
        Ok(credential) => {
            screen.line(&credential.to_string());
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
