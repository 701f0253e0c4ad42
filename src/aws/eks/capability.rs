//! The Argo CD that AWS runs for a cluster.
//!
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCapability.html>

use async_trait::async_trait;
use aws_sdk_eks::types::{
    ArgoCdAwsIdcConfigRequest, ArgoCdConfigRequest, Capability as Told, CapabilityConfigurationRequest,
    CapabilityDeletePropagationPolicy, CapabilityStatus, CapabilityType,
};

use crate::aws::Client;
use crate::provider::{ArgoCd, Capabilities, Capability, Error, Readiness, Result};

#[async_trait]
impl Capabilities for Client {
    async fn read(&self, cluster: &str, name: &str) -> Result<Option<Capability>> {
        let answer = self.eks().describe_capability().cluster_name(cluster).capability_name(name).send().await;
        match answer.map_err(Error::from) {
            Ok(answer) => Ok(answer.capability.map(capability)),
            Err(error) => error.unless_not_found().map(|()| None),
        }
    }

    async fn create(&self, cluster: &str, name: &str, want: &ArgoCd) -> Result<()> {
        let center = ArgoCdAwsIdcConfigRequest::builder().idc_instance_arn(&want.identity_center).build();
        let center = center.map_err(|e| Error::other(e.to_string()))?;
        let argo_cd = ArgoCdConfigRequest::builder().namespace(&want.namespace).aws_idc(center).build();
        self.eks()
            .create_capability()
            .cluster_name(cluster)
            .capability_name(name)
            .r#type(CapabilityType::Argocd)
            .role_arn(&want.role_arn)
            .configuration(CapabilityConfigurationRequest::builder().argo_cd(argo_cd).build())
            // What it has brought to the cluster is deleted before, while it still runs.
            .delete_propagation_policy(CapabilityDeletePropagationPolicy::Retain)
            .send()
            .await?;
        Ok(())
    }

    async fn update(&self, cluster: &str, name: &str, want: &ArgoCd) -> Result<()> {
        let update = self.eks().update_capability().cluster_name(cluster).capability_name(name);
        update.role_arn(&want.role_arn).send().await?;
        Ok(())
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<()> {
        let answer = self.eks().delete_capability().cluster_name(cluster).capability_name(name).send().await;
        answer.map(drop).map_err(Error::from).or_else(Error::unless_not_found)
    }
}

fn capability(told: Told) -> Capability {
    let issues = told.health.and_then(|h| h.issues).unwrap_or_default();
    let issues: Vec<String> = issues
        .into_iter()
        .map(|i| {
            let code = i.code.as_ref().map_or("", |c| c.as_str());
            format!("{code}: {}", i.message.unwrap_or_default())
        })
        .collect();
    let status = told.status.as_ref().map_or("", CapabilityStatus::as_str);
    let why = if issues.is_empty() { status.to_owned() } else { format!("{status}: {}", issues.join("; ")) };
    let argo_cd = told.configuration.and_then(|c| c.argo_cd);
    let (namespace, center) = argo_cd.map(|a| (a.namespace, a.aws_idc)).unwrap_or_default();
    Capability {
        settings: ArgoCd {
            role_arn: told.role_arn.unwrap_or_default(),
            namespace: namespace.unwrap_or_default(),
            identity_center: center.and_then(|c| c.idc_instance_arn).unwrap_or_default(),
        },
        deleting: told.status == Some(CapabilityStatus::Deleting),
        readiness: match told.status {
            Some(CapabilityStatus::Active) => Readiness::Ready,
            Some(CapabilityStatus::Creating | CapabilityStatus::Updating | CapabilityStatus::Deleting) => {
                Readiness::Pending(why)
            }
            _ => Readiness::Failed(why),
        },
    }
}
