use super::*;
use crate::addr::AbsInstance;
use crate::config::IgnoreChanges;
use crate::plan::{InstanceInput, plan_instance};
use crate::provider::mock::{MockPlugin, Store};
use crate::value::Type;

const KIND: &str = "tfcoremock_engine_resource";

fn given(values: &[(&str, Value)], at_plan: bool) -> Given {
    let values = Value::object(values.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    Given { values, at_plan, origin: "main.tftest.hcl:1,1-9".into() }
}

fn stand_in(given: Option<Given>) -> Arc<dyn Provider> {
    let plugin = Arc::new(MockPlugin::new(Store::default()));
    let resources = given.map(|g| (KIND.into(), g)).into_iter().collect();
    let provider = StandIn::new(plugin, Mocks { resources, data: BTreeMap::new() });
    let instance = AbsInstance::parse("tfcoremock_engine_resource.a[0]").expect("address");
    provider.bound(&instance).expect("bound")
}

fn planned(provider: &dyn Provider) -> (Value, Diagnostics) {
    let plugin = StandInPlugin::new(Arc::new(MockPlugin::new(Store::default())));
    let schema = plugin.resource_schema(KIND).expect("type");
    let config = Object::new().with("name", "n").into_value();
    let (plan, found) = plan_instance(InstanceInput {
        kind: KIND,
        schema: &schema.block,
        provider,
        prior: None,
        tainted: false,
        config: schema.block.conform(&config).expect("fits"),
        ignore: &IgnoreChanges::None,
        force: None,
    });
    (plan.planned, found)
}

async fn made(provider: &dyn Provider) -> Result<Object> {
    let (planned, _) = planned(provider);
    let want = Object::from_value(&planned);
    let id = provider.create(KIND, Create { token: "t", created: &|_| {} }, &want).await?;
    let request = ReadRequest { id: id.clone(), prior: want };
    match provider.read(KIND, &[request], Freshness::Now).await?.remove(&id) {
        Some(Found::Object(object)) => Ok(object),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_provider_would_choose_is_made_up() {
    let provider = stand_in(None);
    assert!(planned(&*provider).0.get("id").is_some_and(|id| !id.is_known()));
    let object = made(&*provider).await.expect("made");
    let id = object.str("id").expect("id").to_owned();
    assert!(id.len() == 8 && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{id}");
    assert_eq!((object.i64("revision"), object.str("name")), (Some(0), Some("n")));
    // The real provider's default is its own affair.
    assert!(object.get("mode").is_some_and(Value::is_null));
    assert_eq!(made(&*provider).await.expect("made").str("id"), Some(&*id), "the same run");
    assert_ne!(made(&*stand_in(None)).await.expect("made").str("id"), Some(&*id), "another run");
}

#[tokio::test]
async fn given_values_are_used_for_what_is_computed_only() {
    let values = [("id", "given".into()), ("revision", "7".into()), ("name", "other".into()), ("nope", 1.into())];
    let provider = stand_in(Some(given(&values, false)));
    assert!(planned(&*provider).0.get("id").is_some_and(|id| !id.is_known()));
    let object = made(&*provider).await.expect("made");
    assert_eq!((object.str("id"), object.i64("revision"), object.str("name")), (Some("given"), Some(7), Some("n")));
}

#[tokio::test]
async fn values_given_while_planning_hold_when_applied() {
    let provider = stand_in(Some(given(&[("id", "given".into())], true)));
    let (plan, _) = planned(&*provider);
    assert!(plan.is_wholly_known());
    let object = made(&*provider).await.expect("made");
    assert_eq!(object.into_value(), plan);
}

#[tokio::test]
async fn what_does_not_fit_is_told_with_its_place() {
    let values = [("id", Value::tuple(Vec::new())), ("revision", "x".into())];
    let (_, found) = planned(&*stand_in(Some(given(&values, true))));
    let texts: Vec<&str> = found.iter().map(|d| &*d.detail).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].contains(
            "target type string with the mocked data defined at main.tftest.hcl:1,1-9 with the attribute \"id\""
        ),
        "{texts:?}"
    );
    assert!(made(&*stand_in(Some(given(&values, false)))).await.is_err());
}

#[test]
fn generated_values_have_their_types() {
    let inventor = Inventor::new(1, "a", "", Missing::Unknown);
    let ty = Type::object([("n", Type::Number), ("l", Type::list(Type::String)), ("s", Type::String)]);
    let unknown = Value::object([("x".into(), Value::unknown(ty.clone()))].into());
    let mut inventor = inventor;
    let block = Block::new().attr("x", Attribute::new(ty.clone()).computed());
    let filled = inventor.fill(&block, unknown, None, "");
    assert!(filled.is_wholly_known());
    assert_eq!(filled.get("x").map(Value::ty), Some(ty));
}
