//! Takes what was delivered out of a cluster, in the order in which nothing is left behind.

use futures::FutureExt as _;
use futures::future::join_all;

use crate::diag::{Diagnostic, Diagnostics};
use crate::state::Delivered;

use super::applications::family;
use super::deliver::Delivery;
use super::manifest::{Id, Manifest};
use super::wave::Wave;

impl Delivery<'_> {
    /// Deletes what is in `delivered`: the root Application first, while Argo CD still runs and removes everything that came
    /// of it; then Argo CD itself, in reverse order of the delivery.
    pub async fn remove(&self, delivered: &mut Delivered) -> Result<(), Diagnostics> {
        for wave in Wave::ALL.into_iter().rev() {
            let of_wave = |id: &Id| wave_of(id) == wave;
            let objects: Vec<_> = delivered.objects.iter().filter(|o| of_wave(&o.id)).cloned().collect();
            if objects.is_empty() {
                continue;
            }
            self.may_go_on()?;
            let deleted = objects.iter().map(|object| self.delete(&object.id, &object.uid).boxed());
            let mut found = Diagnostics::new();
            for (object, result) in objects.iter().zip(join_all(deleted).await) {
                match result {
                    Ok(()) => delivered.remove(&object.id),
                    Err(diagnostic) => found.push(self.with_family(&object.id, diagnostic).await),
                }
            }
            self.store.save(delivered).await?;
            found.or(())?;
        }
        Ok(())
    }

    /// What an Application that does not go is waiting for.
    async fn with_family(&self, id: &Id, mut diagnostic: Diagnostic) -> Diagnostic {
        if id.kind == "Application" {
            let left = family(self.cluster, id).await.unwrap_or_default();
            for app in left {
                let name = app.pointer("/metadata/name").and_then(|n| n.as_str()).unwrap_or_default();
                diagnostic.detail += &format!("\n    Application {name} is {}", super::health::leaving(&app));
            }
            return diagnostic.hint(
                "Argo CD removes an Application's objects first. Look at what holds them; only where Argo CD is gone for \
                 good, take the finalizer away by hand.",
            );
        }
        diagnostic
    }
}

/// The wave of an object of which only the name is known.
fn wave_of(id: &Id) -> Wave {
    let document = serde_json::json!({ "kind": id.kind, "metadata": { "name": id.name } });
    Wave::of(&Manifest(document))
}
