//! What the provider plans of an `aws_autoscaling_group` beyond its schema.

use crate::addr::Name;
use crate::provider::{Object, PlannedChange};
use crate::value::{Kind, Type, Value};

use super::group_request::{LONG, PLAIN, UNKNOWN_ID};
use crate::aws::blocks::each;

pub fn customize(change: &mut PlannedChange) {
    excluded(change);
    templates(change);
}

fn excluded(change: &mut PlannedChange) {
    for (one, other) in [
        ("name_prefix", "name"),
        ("availability_zones", "vpc_zone_identifier"),
        ("load_balancers", "traffic_source"),
        ("target_group_arns", "traffic_source"),
    ] {
        if set(change, one) && set(change, other) {
            change.error(one, format!("{one} and {other} exclude each other."));
        }
    }
    let ways = ["launch_configuration", "launch_template", "mixed_instances_policy"];
    let open = ways.iter().any(|way| change.config.get(way).is_some_and(|v| !v.is_known()));
    let given: Vec<&str> = ways.into_iter().filter(|way| set(change, way)).collect();
    match given[..] {
        [] if !open => change.error(
            "launch_template",
            "A group needs one of launch_template, mixed_instances_policy and launch_configuration to start instances.",
        ),
        [first, second, ..] => change.error(second, format!("{second} and {first} exclude each other.")),
        _ => {}
    }
    if let Some(template) = change.config.object("launch_template") {
        let known = |name: &str| template.get(name).is_some_and(|v| !v.is_null());
        if known("id") == known("name") {
            change.error("launch_template", "A launch template is named by one of id and name.");
        }
    }
}

/// Set to something, as far as is known.
fn set(change: &PlannedChange, name: &str) -> bool {
    change.config.get(name).is_some_and(|v| v.is_known() && !v.is_zero())
}

/// References to templates: one whose name changes has an id that the provider calls "unknown", and what a group does not
/// have yet is not chosen before it is there.
fn templates(change: &mut PlannedChange) {
    let create = change.is_create();
    let prior = change.prior.clone().unwrap_or_default();
    let fresh = |name: &str| !create && prior.objects(name).is_empty();
    let plain = Planner { create, fresh: fresh("launch_template") };
    edit(change, &prior, "launch_template", &|template, prior| plain.template(template, prior, PLAIN));
    let mixed = Planner { create, fresh: fresh("mixed_instances_policy") };
    edit(change, &prior, "mixed_instances_policy", &|policy, prior| mixed.policy(policy, prior));
}

/// Changes each planned block of a list, beside what stands at its place in the prior object.
fn edit(change: &mut PlannedChange, prior: &Object, name: &str, with: &dyn Fn(&mut Object, Option<&Object>)) {
    let configured = change.config.get(name).is_some_and(|v| v.is_known() && !v.is_zero());
    if configured {
        each(&mut change.planned, Some(prior), name, with);
    }
}

struct Planner {
    create: bool,
    /// The whole block is new on a group that exists.
    fresh: bool,
}

impl Planner {
    fn template(&self, template: &mut Object, prior: Option<&Object>, [id, name]: [&str; 2]) {
        if self.fresh {
            for attribute in [id, name, "version"] {
                if template.get(attribute).is_some_and(|v| matches!(v.kind, Kind::Unknown(..))) {
                    template.set(attribute, Value::null(Type::String));
                }
            }
        }
        if self.create {
            if template.string(name).is_some() && template.get(id).is_some_and(|v| !v.is_known()) {
                template.set(id, UNKNOWN_ID);
            }
            return;
        }
        let Some(prior) = prior else { return };
        let renamed = template.get(name).is_some_and(|v| v.is_known()) && template.str(name) != prior.str(name);
        if renamed && template.string(name).is_some() && template.str(id) == prior.str(id) {
            template.set(id, UNKNOWN_ID);
        }
    }

    fn policy(&self, policy: &mut Object, prior: Option<&Object>) {
        let overridden = policy.object("launch_template").is_some_and(|launch| !launch.objects("override").is_empty());
        if self.create && overridden {
            none_yet(policy, "instances_distribution");
        }
        each(policy, prior, "launch_template", &|launch, prior| {
            each(launch, prior, "launch_template_specification", &|spec, prior| self.template(spec, prior, LONG));
            each(launch, prior, "override", &|over, prior| {
                if self.create {
                    each(over, None, "instance_requirements", &|requirements, _| zeroes(requirements));
                }
                each(over, prior, "launch_template_specification", &|spec, prior| self.template(spec, prior, LONG));
            });
        });
    }
}

/// Numbers that count as zero where they are not set.
const NUMBERS: [&str; 3] = [
    "max_spot_price_as_percentage_of_optimal_on_demand_price",
    "on_demand_max_price_percentage_over_lowest_price",
    "spot_max_price_percentage_over_lowest_price",
];

/// What new instances need, with zero for the numbers that are not set, as the provider plans it.
fn zeroes(requirements: &mut Object) {
    let zero = |object: &mut Object, name: &str| {
        if object.get(name).is_some_and(Value::is_null) {
            object.set(name, 0);
        }
    };
    for name in NUMBERS {
        zero(requirements, name);
    }
    let ranges: Vec<Name> =
        requirements.0.iter().filter(|(_, v)| v.as_slice().is_some()).map(|(n, _)| n.clone()).collect();
    for name in ranges {
        if requirements.objects(&name).iter().any(|o| o.0.contains_key("max")) {
            each(requirements, None, &name, &|range, _| ["min", "max"].iter().for_each(|end| zero(range, end)));
        }
    }
}

/// No blocks, where a new object would have those that AWS chooses.
fn none_yet(object: &mut Object, name: &str) {
    if let Some(Type::List(of)) = object.get(name).filter(|v| !v.is_known()).map(Value::ty) {
        object.set(name, Value::list((*of).clone(), Vec::new()));
    }
}
