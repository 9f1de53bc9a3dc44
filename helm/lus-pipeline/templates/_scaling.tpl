{{/* How fast workers come and go, for KEDA and the autoscaler. */}}
{{- define "lus.behavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  selectPolicy: Max
  policies:
    - {type: Percent, value: 100, periodSeconds: 15}
    - {type: Pods, value: 4, periodSeconds: 15}
scaleDown:
  stabilizationWindowSeconds: {{ int64 .Values.scaling.scaleDown.stabilizationSeconds }}
  policies:
    - type: Pods
      value: {{ int64 .Values.scaling.scaleDown.pods }}
      periodSeconds: {{ int64 .Values.scaling.scaleDown.periodSeconds }}
{{- end -}}

{{/* The ScaledObject of a stage: (list $ stage). */}}
{{- define "lus.scaledObject" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $scaling := (index $.Values $stage).scaling -}}
{{- $settings := include "lus.settings" (list $ $stage) | fromYaml -}}
{{- $attempt := include "lus.seconds" (dig "Attempts" "Timeout" "10min" $settings) | int64 -}}
{{- $cooldown := add $attempt 60 -}}
{{- if not (kindIs "invalid" $.Values.scaling.cooldownSeconds) -}}
{{- $cooldown = int64 $.Values.scaling.cooldownSeconds -}}
{{- if lt $cooldown $attempt -}}
{{- fail (printf "scaling.cooldownSeconds is %d, less than Attempts:Timeout (%d s): a worker could be taken from a clip that it computes. Give %d or more, or leave it out." $cooldown $attempt $attempt) -}}
{{- end -}}
{{- end -}}
{{- if lt (int64 $scaling.max) (int64 $scaling.min) -}}
{{- fail (printf "%s.scaling.max is %d, less than %s.scaling.min (%d)." $stage (int64 $scaling.max) $stage (int64 $scaling.min)) -}}
{{- end -}}
{{- if eq $stage "features" -}}
{{- $bound := get (include "lus.settings" (list $ "ingest") | fromYaml).Ingest "ClipsInFlight" | int64 -}}
{{- $needed := mul (int64 $scaling.max) (int64 $scaling.workPerPod) -}}
{{- if lt $bound $needed -}}
{{- fail (printf "Ingest:ClipsInFlight is %d: so few clips wait that there would never be %d features workers of %d clips. Give %d or more, or leave it out." $bound (int64 $scaling.max) (int64 $scaling.workPerPod) $needed) -}}
{{- end -}}
{{- end -}}
{{- $prefix := dig "Broker" "Prefix" "lus" $settings -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "lus.fullname" $ }}-{{ $stage }}
  labels:
    {{- include "lus.labels" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $stage }}
spec:
  scaleTargetRef:
    name: {{ include "lus.fullname" $ }}-{{ $stage }}
  minReplicaCount: {{ int64 $scaling.min }}
  maxReplicaCount: {{ int64 $scaling.max }}
  pollingInterval: {{ int64 $.Values.scaling.pollSeconds }}
  cooldownPeriod: {{ $cooldown }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- include "lus.behavior" $ | nindent 8 }}
  triggers:
    {{- if eq $.Values.scaling.trigger "rabbitmq" }}
    # By the management API: by AMQP only what waits would count, and a worker could be taken from what it holds.
    - type: rabbitmq
      metadata:
        protocol: http
        queueName: ^{{ $prefix }}[.]{{ $stage }}([.]urgent)?$
        useRegex: "true"
        operation: sum
        mode: QueueLength
        value: {{ int64 $scaling.workPerPod | quote }}
        activationValue: "0"
        excludeUnacknowledged: "false"
      authenticationRef:
        name: {{ include "lus.fullname" $ }}-scaler
    {{- else }}
    - type: postgresql
      metadata:
        query: SELECT waiting + running FROM stage_backlog WHERE stage = '{{ $stage }}'
        targetQueryValue: {{ int64 $scaling.workPerPod | quote }}
        activationTargetQueryValue: "0"
      authenticationRef:
        name: {{ include "lus.fullname" $ }}-scaler
    {{- end }}
{{- end -}}

{{/* The HorizontalPodAutoscaler of a stage, by the load of its CPUs: (list $ stage). */}}
{{- define "lus.autoscaler" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $scaling := (index $.Values $stage).scaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "lus.fullname" $ }}-{{ $stage }}
  labels:
    {{- include "lus.labels" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $stage }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "lus.fullname" $ }}-{{ $stage }}
  minReplicas: {{ max 1 (int64 $scaling.min) }}
  maxReplicas: {{ int64 $scaling.max }}
  behavior:
    {{- include "lus.behavior" $ | nindent 4 }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ int64 $.Values.scaling.hpa.cpuPercent }}
{{- end -}}
