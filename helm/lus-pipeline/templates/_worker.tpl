{{/* The Deployment of a stage, or of the pages: (list $ stage). */}}
{{- define "lus.worker" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $values := index $.Values $stage -}}
{{- $gpu := and (eq $stage "features") $.Values.features.gpu.enabled -}}
{{- $name := printf "%s-%s" (include "lus.fullname" $) $stage -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "lus.labels" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $stage }}
spec:
  {{- if or (has $stage (list "ingest" "web")) (eq $.Values.scaling.by "none") }}
  replicas: {{ int64 $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 900
  selector:
    matchLabels:
      {{- include "lus.selector" $ | nindent 6 }}
      app.kubernetes.io/component: {{ $stage }}
  strategy:
    rollingUpdate:
      {{- if $gpu }}
      # Another pod would need another GPU.
      maxSurge: 0
      maxUnavailable: 1
      {{- else }}
      maxSurge: 1
      maxUnavailable: 0
      {{- end }}
  template:
    metadata:
      labels:
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- include "lus.labels" $ | nindent 8 }}
        app.kubernetes.io/component: {{ $stage }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ ternary "web" "worker" (eq $stage "web") }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "lus.stagePod" (list $ $stage (ternary (list "serve") (list "worker" $stage) (eq $stage "web")) true) | nindent 6 }}
      topologySpreadConstraints:
        {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ $key }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "lus.selector" $ | nindent 14 }}
              app.kubernetes.io/component: {{ $stage }}
        {{- end }}
{{- end -}}

{{/* The PodDisruptionBudget of a stage: (list $ stage). */}}
{{- define "lus.disruption" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "lus.fullname" $ }}-{{ $stage }}
  labels:
    {{- include "lus.labels" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $stage }}
spec:
  maxUnavailable: {{ (index $.Values $stage).disruption.maxUnavailable }}
  # A worker that is not ready holds no node: it has nothing in hand that others could not take.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "lus.selector" $ | nindent 6 }}
      app.kubernetes.io/component: {{ $stage }}
{{- end -}}
