//! What steps need beside their configuration: open ephemeral resources, configured providers, valid variables.

use std::time::Duration;

use crate::diag::Diagnostics;
use crate::graph::Node;
use crate::plan::{Change, StepKind, Summary};

use super::run::Apply;

/// How often it is looked whether something must be renewed.
const RENEWAL_EVERY: Duration = Duration::from_secs(1);

impl Apply<'_> {
    /// Runs all steps, and meanwhile makes ephemeral resources last as long as they are needed.
    pub(super) async fn connected_steps(&self, found: &mut Diagnostics, summary: &mut Summary) {
        self.connections.begin_apply(&self.plan.planners);
        let renewing = async {
            loop {
                self.connections.renewable().await;
                self.clock.sleep(RENEWAL_EVERY).await;
                self.connections.renew(self.clock.elapsed()).await;
            }
        };
        tokio::select! {
            biased;
            () = self.steps(found, summary) => {}
            () = renewing => {}
        }
        if !found.has_errors() {
            found.extend(self.connections.finish(self.world).await);
            for open in &self.plan.open {
                found.extend(self.world.judge_again(open).1);
            }
        }
    }

    /// Makes sure that everything is there that a step needs.
    pub(super) async fn connect(&self, change: &Change, kind: StepKind) -> Result<(), Diagnostics> {
        let resource = change.key.addr.resource.config();
        if kind == StepKind::Forget {
            return Ok(());
        }
        self.connections.prepare(self.world, &resource, &change.provider).await?;
        let node = Node::Resource(resource);
        let mut found = Diagnostics::new();
        for open in &self.plan.open {
            if self.graph.depends(&node, &Node::Variable(open.module.path(), open.variable.clone())) {
                found.extend(self.world.judge_again(open).1);
            }
        }
        found.or(())
    }
}
