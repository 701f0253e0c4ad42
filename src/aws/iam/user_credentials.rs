//! What a user logs in with: keys, certificates, passwords and devices. IAM deletes no user who has any.

use super::read::unless_gone;
use crate::aws::Client;
use crate::provider::Result;

pub async fn delete_all(client: &Client, user: &str) -> Result<()> {
    let iam = client.iam();
    let mut keys = iam.list_access_keys().user_name(user).into_paginator().send();
    while let Some(page) = keys.next().await {
        for id in page?.access_key_metadata.into_iter().filter_map(|k| k.access_key_id) {
            unless_gone(iam.delete_access_key().user_name(user).access_key_id(id).send().await)?;
        }
    }
    let mut keys = iam.list_ssh_public_keys().user_name(user).into_paginator().send();
    while let Some(page) = keys.next().await {
        for key in page?.ssh_public_keys.unwrap_or_default() {
            let call = iam.delete_ssh_public_key().user_name(user).ssh_public_key_id(key.ssh_public_key_id);
            unless_gone(call.send().await)?;
        }
    }
    devices(client, user).await?;
    unless_gone(iam.delete_login_profile().user_name(user).send().await)?;
    let mut certificates = iam.list_signing_certificates().user_name(user).into_paginator().send();
    while let Some(page) = certificates.next().await {
        for certificate in page?.certificates {
            let call = iam.delete_signing_certificate().user_name(user).certificate_id(certificate.certificate_id);
            unless_gone(call.send().await)?;
        }
    }
    let credentials = iam.list_service_specific_credentials().user_name(user).send().await?;
    for credential in credentials.service_specific_credentials.unwrap_or_default() {
        let id = credential.service_specific_credential_id;
        let call = iam.delete_service_specific_credential().user_name(user).service_specific_credential_id(id);
        unless_gone(call.send().await)?;
    }
    Ok(())
}

/// A device belongs to its user alone: one that is a program is deleted too.
async fn devices(client: &Client, user: &str) -> Result<()> {
    let iam = client.iam();
    let mut devices = iam.list_mfa_devices().user_name(user).into_paginator().send();
    while let Some(page) = devices.next().await {
        for serial in page?.mfa_devices.into_iter().map(|d| d.serial_number) {
            unless_gone(iam.deactivate_mfa_device().user_name(user).serial_number(&serial).send().await)?;
            if serial.starts_with("arn:") {
                unless_gone(iam.delete_virtual_mfa_device().serial_number(serial).send().await)?;
            }
        }
    }
    Ok(())
}
