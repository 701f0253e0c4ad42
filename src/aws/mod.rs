//! The AWS provider: one folder a service, one small file a type.
//!
//! Knows nothing of the command line and of plans. A new type is one file, one `mod` line in its service's folder and one
//! line in that folder's `register`.

mod blocks;
mod client;
mod data;
mod error;
mod functions;
mod gather;
mod instance_requirements;
mod loader;
mod name;
mod open;
mod plugin;
mod policy;
mod retry;
mod review;
mod settings;
mod stored;
pub mod tags;
mod told;
mod validate;

mod acm;
mod autoscaling;
mod cloudwatch;
mod dynamodb;
mod ec2;
mod ecr;
mod efs;
mod eks;
mod elbv2;
mod events;
mod iam;
mod kms;
mod logs;
mod meta;
mod route53;
mod s3;
mod secretsmanager;
mod sns;
mod sqs;
mod ssm;
mod sts;

pub use client::Client;
pub use plugin::AwsPlugin;

use crate::provider::registry::Registry;

/// All types kiban has for AWS.
pub fn registry() -> Registry<Client> {
    let services = [
        acm::register,
        autoscaling::register,
        cloudwatch::register,
        dynamodb::register,
        ec2::register,
        ecr::register,
        efs::register,
        eks::register,
        elbv2::register,
        events::register,
        iam::register,
        kms::register,
        logs::register,
        meta::register,
        route53::register,
        s3::register,
        secretsmanager::register,
        sns::register,
        sqs::register,
        ssm::register,
        sts::register,
    ];
    services.into_iter().fold(Registry::new(), |types, register| register(types))
}
