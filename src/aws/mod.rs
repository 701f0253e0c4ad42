//! The AWS provider: one folder a service, one small file a type.
//!
//! Knows nothing of the command line and of plans. A new type is one file, one `mod` line in its service's folder and one
//! line in that folder's `register`.

mod client;
mod error;
mod functions;
mod gather;
mod loader;
mod name;
mod open;
mod plugin;
mod policy;
mod retry;
mod settings;
mod stored;
pub mod tags;
mod validate;

mod autoscaling;
mod ec2;
mod efs;
mod eks;
mod iam;
mod kms;
mod logs;
mod route53;
mod secretsmanager;
mod ssm;
mod sts;

pub use client::Client;
pub use plugin::AwsPlugin;

use crate::provider::registry::Registry;

/// All types kiban has for AWS.
pub fn registry() -> Registry<Client> {
    let services = [
        autoscaling::register,
        ec2::register,
        efs::register,
        eks::register,
        iam::register,
        kms::register,
        logs::register,
        route53::register,
        secretsmanager::register,
        ssm::register,
        sts::register,
    ];
    services.into_iter().fold(Registry::new(), |types, register| register(types))
}
