//! The Argo CD that AWS runs: made before objects are delivered, and deleted after they are gone.

use std::time::Duration;

use crate::apply::{Event, Observer};
use crate::diag::{Diagnostic, Diagnostics};
use crate::handoff::{Mode, Settings, Verb};
use crate::ops::Session;
use crate::provider::{ArgoCd, Capabilities, Capability, Provider, Readiness};

/// Time between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// What its block wants of it; `None` where the cluster has its own Argo CD.
pub(super) fn wanted(settings: &Settings) -> Option<ArgoCd> {
    (settings.mode == Mode::EksCapability).then(|| ArgoCd {
        role_arn: settings.role_arn.clone().unwrap_or_default(),
        namespace: settings.namespace.clone(),
        identity_center: settings.identity_center.clone().unwrap_or_default(),
    })
}

pub(super) fn of(provider: &dyn Provider) -> Result<&dyn Capabilities, Diagnostic> {
    provider.capabilities().ok_or_else(|| Diagnostic::error("No capabilities", "The provider runs none for clusters."))
}

/// What becomes of it.
pub(super) async fn preview(
    capabilities: &dyn Capabilities,
    settings: &Settings,
    cluster: &str,
) -> Result<Option<Verb>, Diagnostic> {
    let Some(want) = wanted(settings) else { return Ok(None) };
    let live = read(capabilities, cluster, &settings.name).await?;
    let Some(live) = live.filter(|l| !l.deleting) else { return Ok(Some(Verb::Create)) };
    for (what, is, shall) in [
        ("namespace", &live.settings.namespace, &want.namespace),
        ("identity_center", &live.settings.identity_center, &want.identity_center),
    ] {
        if is != shall {
            let detail = format!("{}: \"{what}\" of the capability is {is} and stays so.", settings.address());
            return Err(Diagnostic::error("Capability cannot be changed", detail)
                .hint("`kiban bootstrap destroy` takes it away, then `kiban bootstrap apply` makes another one."));
        }
    }
    let same = live.settings == want && live.readiness == Readiness::Ready;
    Ok(Some(if same { Verb::Keep } else { Verb::Update }))
}

/// Whether the cluster has one of this name.
pub(super) async fn exists(provider: &dyn Provider, cluster: &str, name: &str) -> Result<bool, Diagnostic> {
    Ok(read(of(provider)?, cluster, name).await?.is_some())
}

async fn read(capabilities: &dyn Capabilities, cluster: &str, name: &str) -> Result<Option<Capability>, Diagnostic> {
    capabilities.read(cluster, name).await.map_err(|e| e.to_diagnostic("Cannot read the capability"))
}

/// One capability that is brought to what is wanted.
pub(super) struct Keeping<'a> {
    pub session: &'a Session,
    pub capabilities: &'a dyn Capabilities,
    pub observer: &'a dyn Observer,
    pub settings: &'a Settings,
    pub cluster: &'a str,
}

impl Keeping<'_> {
    fn tell(&self, what: &str) {
        self.observer
            .event(Event::Delivery { object: format!("Capability {}", self.settings.name), what: what.to_owned() });
    }

    /// Makes it or changes it, and waits until it runs. One that a run has left half made is waited for.
    pub(super) async fn ensure(&self) -> Result<(), Diagnostics> {
        let Some(want) = wanted(self.settings) else { return Ok(()) };
        let name = &self.settings.name;
        let mut live = read(self.capabilities, self.cluster, name).await?;
        if live.as_ref().is_some_and(|l| l.deleting) {
            self.until_gone().await?;
            live = None;
        }
        match live {
            None => {
                self.tell("Creating...");
                let made = self.capabilities.create(self.cluster, name, &want).await;
                made.map_err(|e| e.to_diagnostic("Cannot make the capability"))?;
            }
            Some(live) if live.settings != want => {
                self.tell("Changing...");
                let changed = self.capabilities.update(self.cluster, name, &want).await;
                changed.map_err(|e| e.to_diagnostic("Cannot change the capability"))?;
            }
            Some(live) if live.readiness == Readiness::Ready => return Ok(()),
            Some(_) => {}
        }
        let start = self.session.clock.elapsed();
        loop {
            match read(self.capabilities, self.cluster, name).await?.map(|l| l.readiness) {
                Some(Readiness::Ready) => {
                    self.tell("Ready");
                    return Ok(());
                }
                Some(Readiness::Failed(why)) => return Err(self.stuck(&why).into()),
                Some(Readiness::Pending(why)) => self.pause(start, &why).await?,
                None => self.pause(start, "not there yet").await?,
            }
        }
    }

    /// Deletes it, and waits until it is gone.
    pub(super) async fn remove(&self) -> Result<(), Diagnostics> {
        if read(self.capabilities, self.cluster, &self.settings.name).await?.is_none() {
            return Ok(());
        }
        self.tell("Deleting...");
        let deleted = self.capabilities.delete(self.cluster, &self.settings.name).await;
        deleted.map_err(|e| e.to_diagnostic("Cannot delete the capability"))?;
        self.until_gone().await?;
        self.tell("Deleted");
        Ok(())
    }

    async fn until_gone(&self) -> Result<(), Diagnostic> {
        let start = self.session.clock.elapsed();
        while let Some(live) = read(self.capabilities, self.cluster, &self.settings.name).await? {
            match live.readiness {
                Readiness::Failed(why) => return Err(self.stuck(&why)),
                Readiness::Pending(_) | Readiness::Ready => self.pause(start, "being deleted").await?,
            }
        }
        Ok(())
    }

    async fn pause(&self, start: Duration, why: &str) -> Result<(), Diagnostic> {
        if self.session.clock.elapsed().saturating_sub(start) >= self.settings.wait() {
            return Err(self.stuck(why));
        }
        if self.session.cancel.urgency() != crate::apply::Urgency::None {
            let detail = "The capability is still on its way; the next run goes on waiting for it.";
            return Err(Diagnostic::error("Interrupted", detail));
        }
        self.session.clock.sleep(LOOK).await;
        Ok(())
    }

    fn stuck(&self, why: &str) -> Diagnostic {
        let detail = format!("{}: the capability \"{}\" is {why}.", self.settings.address(), self.settings.name);
        Diagnostic::error("Capability does not get ready", detail)
            .hint("Mend the cause and run it again: it goes on where it stopped.")
    }
}
