//! The end of the walk: providers judge the plan as a whole.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::Walk;
use super::managed::blame;
use crate::addr::{AbsInstance, ProviderAddr};
use crate::plan::model::{Action, Change};
use crate::provider::{Fate, Object, PlannedObject};
use crate::value::Value;

impl Walk<'_> {
    /// Lets every provider judge what is planned of its objects.
    pub(super) async fn review(&mut self) {
        let mut plans: BTreeMap<&ProviderAddr, Vec<PlannedObject>> = BTreeMap::new();
        let mut addresses: BTreeMap<String, &AbsInstance> = BTreeMap::new();
        for change in self.changes.values().filter(|c| c.key.deposed.is_none() && !c.left_out) {
            let instance = &change.key.addr;
            let Some(provider) = self.inputs.providers.get(&change.provider) else { continue };
            if provider.reviews(instance.kind())
                && !self.inputs.providers.overridden(instance)
                && let Some(planned) = self.reviewed_object(change)
            {
                addresses.insert(planned.address.clone(), instance);
                plans.entry(&change.provider).or_default().push(planned);
            }
        }
        let reviews =
            plans.iter().filter(|(addr, _)| !self.inputs.connections.only_plans(addr)).map(async |(addr, plan)| {
                match self.inputs.providers.get(addr) {
                    Some(provider) => provider.review(plan).await,
                    None => Default::default(),
                }
            });
        for diagnostic in join_all(reviews).await.into_iter().flatten() {
            let about = diagnostic.address.as_ref().and_then(|address| addresses.get(address));
            let block = about.and_then(|i| Some((*i, self.block(&i.resource.config())?)));
            self.found.push(match block {
                Some((instance, block)) => blame(diagnostic, instance, block),
                None => diagnostic,
            });
        }
    }

    /// What a provider gets to see of a change; `None` where it is none of the plan's business.
    fn reviewed_object(&self, change: &Change) -> Option<PlannedObject> {
        let fate = match change.action {
            Action::NoOp => Fate::Kept,
            Action::Create => Fate::Created,
            Action::Update => Fate::Updated,
            Action::DeleteThenCreate => Fate::Replaced { create_first: false },
            Action::CreateThenDelete => Fate::Replaced { create_first: true },
            Action::Delete => Fate::Deleted,
            Action::Read | Action::Forget => return None,
        };
        let object = |value: &Value| Object::from_value(&value.clone().unmark_deep().0);
        let config = self.reviewed.get(&change.key.addr).cloned();
        Some(PlannedObject {
            address: change.key.addr.to_string(),
            kind: change.key.addr.kind().to_string(),
            fate,
            prior: change.before.as_ref().map(object),
            config: config.map(|c| object(&c.into_value())).unwrap_or_default(),
            planned: change.after.as_ref().map(object).unwrap_or_default(),
        })
    }
}
