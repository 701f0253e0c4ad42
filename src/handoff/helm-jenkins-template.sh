# Argo CD starts this in the folder of the Application's source and takes what it prints for the manifests.
# Variables of the Application come with the prefix ARGOCD_ENV_.
environment=${ARGOCD_ENV_ENVIRONMENT:?the Application must set the variable ENVIRONMENT}
repository=${ARGOCD_ENV_CHART_REPOSITORY:-https://charts.jenkins.io}
version=${ARGOCD_ENV_CHART_VERSION:?the Application must set the variable CHART_VERSION}
chart=${ARGOCD_ENV_CHART:-jenkins}
overlay=overlays/$environment
if [ ! -d "$overlay" ]; then
  echo "there is no folder $overlay in $ARGOCD_APP_SOURCE_PATH" >&2
  exit 1
fi
# A chart of this repository is a path; all others are fetched.
source=("$chart")
[ -d "$chart" ] || source+=(--repo "$repository" --version "$version")
# The release is always called jenkins: the label of the configuration that is reloaded is made of its name.
helm template jenkins "${source[@]}" --namespace "$ARGOCD_APP_NAMESPACE" --include-crds \
  --values base/values.yaml --values "$overlay/values.yaml"
if [ -f "$overlay/kustomization.yaml" ]; then
  echo ---
  # Patches fill in what differs from one cluster to the next: over the overlay, as Argo CD itself does it.
  if [ -n "${ARGOCD_ENV_PATCHES:-}" ]; then
    mkdir -p overlays/.patched
    printf 'resources:\n  - ../%s\npatches:\n%s\n' "$environment" "$ARGOCD_ENV_PATCHES" > overlays/.patched/kustomization.yaml
    overlay=overlays/.patched
  fi
  kustomize build "$overlay"
fi
