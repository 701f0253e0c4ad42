//! `kiban iam-policy`

use crate::cli::args::IamPolicyCommand;
use crate::cli::{Operations, Screen};

pub async fn run(operations: &dyn Operations, screen: &Screen, args: IamPolicyCommand) -> u8 {
    match operations.permissions(args.planning.request(), args.purpose).await {
        Ok(permissions) => {
            screen.report_aside(&permissions.warnings, &permissions.sources);
            screen.line(&format!("{:#}", permissions.policy));
            0
        }
        Err(failure) => screen.fail(&failure),
    }
}
