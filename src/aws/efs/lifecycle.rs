//! Blocks of `aws_efs_file_system` that calls of their own read and write: lifecycle policies and protection.

use aws_sdk_efs::types::{
    LifecyclePolicy, ReplicationOverwriteProtection, TransitionToArchiveRules, TransitionToIaRules,
    TransitionToPrimaryStorageClassRules,
};

use crate::aws::Client;
use crate::provider::{Object, Result};

const ARCHIVE: &str = "transition_to_archive";
const IA: &str = "transition_to_ia";
const PRIMARY: &str = "transition_to_primary_storage_class";

/// The `lifecycle_policy` blocks of a file system.
pub async fn read(client: &Client, id: &str) -> Result<Vec<Object>> {
    let answer = client.efs().describe_lifecycle_configuration().file_system_id(id).send().await?;
    let block = |p: &LifecyclePolicy| {
        Object::new()
            .with(ARCHIVE, p.transition_to_archive.as_ref().map_or("", TransitionToArchiveRules::as_str))
            .with(IA, p.transition_to_ia.as_ref().map_or("", TransitionToIaRules::as_str))
            .with(
                PRIMARY,
                p.transition_to_primary_storage_class.as_ref().map_or("", TransitionToPrimaryStorageClassRules::as_str),
            )
    };
    Ok(answer.lifecycle_policies().iter().map(block).collect())
}

/// Replaces all lifecycle policies; none take them away.
pub async fn write(client: &Client, id: &str, want: &Object) -> Result<()> {
    let mut policies = Vec::new();
    for block in want.objects("lifecycle_policy") {
        let archive = block.string(ARCHIVE).map(|s| TransitionToArchiveRules::from(s.as_str()));
        let ia = block.string(IA).map(|s| TransitionToIaRules::from(s.as_str()));
        let primary = block.string(PRIMARY).map(|s| TransitionToPrimaryStorageClassRules::from(s.as_str()));
        policies.push(
            LifecyclePolicy::builder()
                .set_transition_to_archive(archive)
                .set_transition_to_ia(ia)
                .set_transition_to_primary_storage_class(primary)
                .build(),
        );
    }
    let call = client.efs().put_lifecycle_configuration().file_system_id(id);
    call.set_lifecycle_policies(Some(policies)).send().await?;
    Ok(())
}

/// The wanted protection against being overwritten by a replication.
pub fn protection(want: &Object) -> Option<String> {
    want.object("protection")?.string("replication_overwrite")
}

pub async fn protect(client: &Client, id: &str, value: &str) -> Result<()> {
    let call = client.efs().update_file_system_protection().file_system_id(id);
    call.replication_overwrite_protection(ReplicationOverwriteProtection::from(value)).send().await?;
    Ok(())
}
