{{/* Whoever runs: not root, no capability, no token. */}}
{{- define "lus.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 64198
  runAsGroup: 64198
  fsGroup: 64198
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "lus.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* The pod of a stage, or of the pages: (list $ stage arguments stays). A worker stays and is probed; the pod of `helm test` ends. */}}
{{- define "lus.stagePod" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $arguments := index . 2 -}}
{{- $stays := index . 3 -}}
{{- $values := index $.Values $stage -}}
{{- $gpu := and (eq $stage "features") $.Values.features.gpu.enabled -}}
{{- $settings := include "lus.settings" (list $ $stage) | fromYaml -}}
{{- $keys := $.Values.secrets -}}
{{- $web := eq $stage "web" -}}
{{- $broker := not $web -}}
{{- $bucketKeys := and $keys.bucketKeys (or (not $web) (dig "Web" "Frames" false $settings)) -}}
{{- $archive := include "lus.archive" (list $ $stage) -}}
{{- $dicom := and $.Values.dicom.secret (or (has $stage (list "ingest" "sequence")) (and $web $archive)) -}}
{{- $login := list -}}
{{- if and $archive $.Values.archive.secret -}}
{{- $login = ternary (list (dict "name" "Token" "key" $.Values.archive.tokenKey)) (list (dict "name" "User" "key" $.Values.archive.userKey) (dict "name" "Password" "key" $.Values.archive.passwordKey)) (ne $.Values.archive.tokenKey "") -}}
{{- end -}}
{{- $token := "" -}}
{{- if $web -}}
{{- $token = $.Values.web.tokenKey -}}
{{- if not (or $token (dig "Web" "IdentityHeader" "" $settings)) -}}
{{- fail "web.tokenKey is empty, and web.settings.Web.IdentityHeader too: everybody who reaches the pages would see them. Give one of the two." -}}
{{- end -}}
{{- end -}}
{{- $grace := include "lus.seconds" (dig "Worker" "GracePeriod" "25s" $settings) | int64 -}}
{{ include "lus.podSecurity" $ }}
serviceAccountName: {{ include "lus.serviceAccount" $ }}
{{- if $stays }}
# Worker:GracePeriod, and what ends before and after it.
terminationGracePeriodSeconds: {{ add $grace 15 }}
{{- else }}
restartPolicy: Never
{{- end }}
{{- with include "lus.priorityClass" (list $ $stage) }}
priorityClassName: {{ . }}
{{- end }}
{{- if $gpu }}
{{- with $.Values.features.gpu.runtimeClass }}
runtimeClassName: {{ . }}
{{- end }}
{{- end }}
{{- $nodes := $values.nodeSelector | default dict -}}
{{- if $gpu }}
{{- $nodes = merge (dict) $.Values.features.gpu.nodeSelector $nodes }}
{{- end }}
{{- with $nodes }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $tolerations := $values.tolerations | default list -}}
{{- if and $gpu $.Values.features.gpu.taint }}
{{- $tolerations = append $tolerations (dict "key" $.Values.features.gpu.taint "operator" "Exists" "effect" "NoSchedule") }}
{{- end }}
{{- with $tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if eq $.Values.model.from "bucket" }}
{{- $bucket := $.Values.model.bucket }}
initContainers:
  - name: bundles
    image: {{ $bucket.image }}
    imagePullPolicy: {{ $.Values.image.pullPolicy }}
    args:
      - s3
      - sync
      - --no-progress
      - --only-show-errors
      {{- with $bucket.endpoint }}
      - --endpoint-url
      - {{ . | quote }}
      {{- end }}
      - {{ required "model.bucket.url is needed where model.from is bucket" $bucket.url | quote }}
      - /models
    env:
      - name: HOME
        value: /tmp
      - name: AWS_REGION
        value: {{ $bucket.region | quote }}
      {{- if $.Values.ca.configMap }}
      - name: AWS_CA_BUNDLE
        value: /etc/lus/ca.pem
      {{- end }}
      {{- with $bucket.secret }}
      - name: AWS_ACCESS_KEY_ID
        valueFrom:
          secretKeyRef: {name: {{ . }}, key: access-key}
      - name: AWS_SECRET_ACCESS_KEY
        valueFrom:
          secretKeyRef: {name: {{ . }}, key: secret-key}
      {{- end }}
    {{- include "lus.containerSecurity" $ | nindent 4 }}
    resources:
      requests: {cpu: 100m, memory: 256Mi}
      limits: {memory: 1Gi}
    volumeMounts:
      - name: models
        mountPath: /models
      - name: tmp
        mountPath: /tmp
      {{- if $.Values.ca.configMap }}
      - name: ca
        mountPath: /etc/lus
        readOnly: true
      {{- end }}
{{- end }}
containers:
  - name: {{ ternary "web" "worker" $web }}
    image: {{ include "lus.image" (list $ $gpu) }}
    imagePullPolicy: {{ $.Values.image.pullPolicy }}
    args: {{ toJson $arguments }}
    env:
      - name: HOME
        value: /tmp
      - name: LUS__Database__ConnectionString__File
        value: /run/secrets/lus/{{ $keys.databaseKey }}
      {{- if $broker }}
      - name: LUS__Broker__Uri__File
        value: /run/secrets/lus/{{ $keys.brokerKey }}
      {{- end }}
      {{- with $token }}
      - name: LUS__Web__Token__File
        value: /run/secrets/lus/{{ . }}
      {{- end }}
      {{- if $dicom }}
      - name: LUS__Dicom__Key__File
        value: /run/secrets/lus-dicom/{{ $.Values.dicom.key }}
      {{- end }}
      {{- range $login }}
      - name: LUS__Archive__{{ .name }}__File
        value: /run/secrets/lus-archive/{{ .key }}
      {{- end }}
      {{- if $bucketKeys }}
      - name: LUS__Bucket__AccessKey__File
        value: /run/secrets/lus/{{ $keys.bucketAccessKey }}
      - name: LUS__Bucket__SecretKey__File
        value: /run/secrets/lus/{{ $keys.bucketSecretKey }}
      {{- end }}
      {{- include "lus.variables" (list "LUS" $settings) | trim | nindent 6 }}
      {{- with $.Values.telemetry.endpoint }}
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: {{ . | quote }}
      - name: OTEL_EXPORTER_OTLP_PROTOCOL
        value: {{ $.Values.telemetry.protocol | quote }}
      - name: POD_NAME
        valueFrom:
          fieldRef: {fieldPath: metadata.name}
      - name: OTEL_RESOURCE_ATTRIBUTES
        value: k8s.namespace.name={{ $.Release.Namespace }},k8s.pod.name=$(POD_NAME)
      {{- end }}
    {{- include "lus.containerSecurity" $ | nindent 4 }}
    {{- if $web }}
    ports:
      - name: pages
        containerPort: {{ int64 $.Values.web.port }}
    {{- $scheme := ternary "HTTPS" "HTTP" (ne $.Values.web.certificate "") }}
    # A database that is away makes pages that say so, and no other pod would have it.
    startupProbe:
      httpGet: {path: /health/live, port: pages, scheme: {{ $scheme }}}
      periodSeconds: 2
      timeoutSeconds: 5
      failureThreshold: 60
    livenessProbe:
      httpGet: {path: /health/live, port: pages, scheme: {{ $scheme }}}
      periodSeconds: 15
      timeoutSeconds: 10
      failureThreshold: 4
    readinessProbe:
      httpGet: {path: /health/live, port: pages, scheme: {{ $scheme }}}
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    {{- else if $stays }}
    ports:
      - name: http
        containerPort: {{ int64 $.Values.http.port }}
    # A bundle without a mark is tried before the host has started.
    startupProbe:
      httpGet: {path: /health/started, port: http}
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 120
    livenessProbe:
      httpGet: {path: /health/live, port: http}
      periodSeconds: 15
      timeoutSeconds: 10
      failureThreshold: 4
    readinessProbe:
      httpGet: {path: /health/ready, port: http}
      periodSeconds: 10
      timeoutSeconds: 10
      failureThreshold: 3
    {{- end }}
    {{- $resources := deepCopy $values.resources }}
    {{- if $gpu }}
    {{- $_ := set $resources "limits" (merge (dict $.Values.features.gpu.resource (int64 $.Values.features.gpu.count)) ($resources.limits | default dict)) }}
    {{- end }}
    resources:
      {{- toYaml $resources | nindent 6 }}
    volumeMounts:
      - name: secrets
        mountPath: /run/secrets/lus
        readOnly: true
      - name: scratch
        mountPath: /scratch
      - name: tmp
        mountPath: /tmp
      {{- if $.Values.ca.configMap }}
      - name: ca
        mountPath: /etc/lus
        readOnly: true
      {{- end }}
      {{- if $dicom }}
      - name: dicom
        mountPath: /run/secrets/lus-dicom
        readOnly: true
      {{- end }}
      {{- if $login }}
      - name: archive
        mountPath: /run/secrets/lus-archive
        readOnly: true
      {{- end }}
      {{- if and $archive $.Values.archive.certificate }}
      - name: archive-certificate
        mountPath: /run/secrets/lus-archive-certificate
        readOnly: true
      {{- end }}
      {{- if and $web $.Values.web.certificate }}
      - name: certificate
        mountPath: /run/secrets/lus-web
        readOnly: true
      {{- end }}
      {{- if and $broker $.Values.brokerCertificate.secret }}
      - name: broker-certificate
        mountPath: /run/secrets/lus-broker
        readOnly: true
      {{- end }}
      {{- if ne $.Values.model.from "image" }}
      - name: models
        mountPath: /models
        readOnly: true
      {{- end }}
volumes:
  - name: secrets
    secret:
      secretName: {{ $values.secret }}
      defaultMode: 0440
      items:
        - {key: {{ $keys.databaseKey }}, path: {{ $keys.databaseKey }}}
        {{- if $broker }}
        - {key: {{ $keys.brokerKey }}, path: {{ $keys.brokerKey }}}
        {{- end }}
        {{- with $token }}
        - {key: {{ . }}, path: {{ . }}}
        {{- end }}
        {{- if $bucketKeys }}
        - {key: {{ $keys.bucketAccessKey }}, path: {{ $keys.bucketAccessKey }}}
        - {key: {{ $keys.bucketSecretKey }}, path: {{ $keys.bucketSecretKey }}}
        {{- end }}
  {{- if $dicom }}
  - name: dicom
    secret:
      secretName: {{ $.Values.dicom.secret }}
      defaultMode: 0440
      items:
        - {key: {{ $.Values.dicom.key }}, path: {{ $.Values.dicom.key }}}
  {{- end }}
  {{- if $login }}
  - name: archive
    secret:
      secretName: {{ $.Values.archive.secret }}
      defaultMode: 0440
      items:
        {{- range $login }}
        - {key: {{ .key }}, path: {{ .key }}}
        {{- end }}
  {{- end }}
  {{- if and $archive $.Values.archive.certificate }}
  - name: archive-certificate
    secret:
      secretName: {{ $.Values.archive.certificate }}
      defaultMode: 0440
  {{- end }}
  - name: scratch
    emptyDir:
      sizeLimit: {{ $values.scratch.size }}
      {{- if $values.scratch.memory }}
      medium: Memory
      {{- end }}
  - name: tmp
    emptyDir:
      sizeLimit: 1Gi
  {{- if $.Values.ca.configMap }}
  - name: ca
    configMap:
      name: {{ $.Values.ca.configMap }}
      items:
        - {key: {{ $.Values.ca.key }}, path: ca.pem}
  {{- end }}
  {{- if and $broker $.Values.brokerCertificate.secret }}
  - name: broker-certificate
    secret:
      secretName: {{ $.Values.brokerCertificate.secret }}
      defaultMode: 0440
  {{- end }}
  {{- if and $web $.Values.web.certificate }}
  - name: certificate
    secret:
      secretName: {{ $.Values.web.certificate }}
      defaultMode: 0440
  {{- end }}
  {{- if eq $.Values.model.from "claim" }}
  - name: models
    persistentVolumeClaim:
      claimName: {{ required "model.claim.name is needed where model.from is claim" $.Values.model.claim.name }}
      readOnly: true
  {{- else if eq $.Values.model.from "bucket" }}
  - name: models
    emptyDir:
      sizeLimit: {{ $.Values.model.bucket.size }}
  {{- end }}
{{- end -}}
