{{- define "lus.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (or (contains $name .Release.Name) (contains .Release.Name $name)) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that a selector may have: they never change while the release lives. */}}
{{- define "lus.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lus.labels" -}}
{{ include "lus.selector" . }}
app.kubernetes.io/part-of: lus-pipeline
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "lus.serviceAccount" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else -}}
{{- ternary (include "lus.fullname" .) "default" .Values.serviceAccount.create -}}
{{- end -}}
{{- end -}}

{{/* The image: (list $ gpu). */}}
{{- define "lus.image" -}}
{{- $ := index . 0 -}}
{{- $gpu := index . 1 -}}
{{- $image := $.Values.image -}}
{{- $digest := ternary $image.gpuDigest $image.digest $gpu -}}
{{- if $digest -}}
{{- printf "%s@%s" $image.repository $digest -}}
{{- else -}}
{{- printf "%s:%s%s" $image.repository (default $.Chart.AppVersion $image.tag) (ternary "-gpu" "" $gpu) -}}
{{- end -}}
{{- end -}}

{{/* The priority class of a stage: (list $ stage). Its name has the value, which cannot change. */}}
{{- define "lus.priorityClass" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- if and $.Values.priorityClasses.create (ne $stage "web") -}}
{{- $value := ternary $.Values.priorityClasses.heavy $.Values.priorityClasses.light (eq $stage "features") -}}
{{- printf "%s-%s-%s-%d" $.Release.Namespace (include "lus.fullname" $) $stage (int64 $value) -}}
{{- else -}}
{{- (index $.Values $stage).priorityClass -}}
{{- end -}}
{{- end -}}
