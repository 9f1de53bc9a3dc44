{{/* A duration of the settings in whole seconds, rounded up. */}}
{{- define "lus.seconds" -}}
{{- $text := toString . -}}
{{- if regexMatch "^[0-9]{2}:[0-9]{2}:[0-9]{2}$" $text -}}
{{- $parts := splitList ":" $text -}}
{{- add (mul (index $parts 0 | atoi) 3600) (mul (index $parts 1 | atoi) 60) (index $parts 2 | atoi) -}}
{{- else if regexMatch "^[0-9]+([.][0-9]+)?(ms|s|min|h|d)$" $text -}}
{{- $unit := get (dict "ms" 0.001 "s" 1.0 "min" 60.0 "h" 3600.0 "d" 86400.0) (regexFind "[a-z]+$" $text) -}}
{{- mulf (regexFind "^[0-9.]+" $text | float64) $unit | ceil | int64 -}}
{{- else -}}
{{- fail (printf "'%s' is not a duration. Give one such as 500ms, 25s, 10min, 1.5h, 2d or 00:00:05." $text) -}}
{{- end -}}
{{- end -}}

{{/* The settings of a stage, as YAML: those of all, its own over them, and what the chart derives: (list $ stage). */}}
{{- define "lus.settings" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $settings := dict -}}
{{- $own := dict -}}
{{- if hasKey $.Values $stage -}}
{{- $own = (index $.Values $stage).settings | default dict -}}
{{- end -}}
{{- range $given := list $.Values.settings $own -}}
{{- range $section, $keys := $given -}}
{{- $all := get $settings $section | default dict -}}
{{- range $key, $value := $keys -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $_ := set $all $key $value -}}
{{- end -}}
{{- end -}}
{{- $_ := set $settings $section $all -}}
{{- end -}}
{{- end -}}
{{- $derived := dict
  "Http" (dict "Url" (printf "http://0.0.0.0:%d" (int64 $.Values.http.port)))
  "Worker" (dict "Scratch" "/scratch")
  "Ingest" (dict "ClipsInFlight" (get (get $settings "Ingest" | default dict) "ClipsInFlight" | default (include "lus.clipsInFlight" $ | int64)))
  "Bucket" dict "Broker" dict "Model" dict "Inference" dict "Web" dict "Archive" dict -}}
{{- if and $.Values.archive.url $.Values.archive.read -}}
{{- $_ := set $derived.Bucket "Kind" "DicomWeb" -}}
{{- end -}}
{{- if include "lus.archive" (list $ $stage) -}}
{{- $_ := set $derived.Archive "Url" $.Values.archive.url -}}
{{- if $.Values.ca.configMap -}}
{{- $_ := set $derived.Archive "CaFile" "/etc/lus/ca.pem" -}}
{{- end -}}
{{- if $.Values.archive.certificate -}}
{{- $_ := set $derived.Archive "ClientCertificateFile" "/run/secrets/lus-archive-certificate/tls.crt" -}}
{{- $_ := set $derived.Archive "ClientKeyFile" "/run/secrets/lus-archive-certificate/tls.key" -}}
{{- end -}}
{{- end -}}
{{- if eq $stage "web" -}}
{{- $_ := set $derived.Web "Url" (printf "%s://0.0.0.0:%d" (ternary "https" "http" (ne $.Values.web.certificate "")) (int64 $.Values.web.port)) -}}
{{- if $.Values.web.certificate -}}
{{- $_ := set $derived.Web "CertificateFile" "/run/secrets/lus-web/tls.crt" -}}
{{- $_ := set $derived.Web "CertificateKeyFile" "/run/secrets/lus-web/tls.key" -}}
{{- end -}}
{{- end -}}
{{- if $.Values.ca.configMap -}}
{{- $_ := set $derived.Broker "CaFile" "/etc/lus/ca.pem" -}}
{{- $_ := set $derived.Bucket "CaFile" "/etc/lus/ca.pem" -}}
{{- end -}}
{{- if and $.Values.brokerCertificate.secret (ne $stage "web") -}}
{{- $_ := set $derived.Broker "ClientCertificateFile" "/run/secrets/lus-broker/tls.crt" -}}
{{- $_ := set $derived.Broker "ClientKeyFile" "/run/secrets/lus-broker/tls.key" -}}
{{- end -}}
{{- if ne $.Values.model.from "image" -}}
{{- $_ := set $derived.Model "Bundle" (printf "/models/%s" $.Values.model.path | trimSuffix "/") -}}
{{- end -}}
{{- if and (eq $stage "features") $.Values.features.gpu.enabled -}}
{{- $_ := set $derived.Inference "Provider" "Cuda" -}}
{{- end -}}
{{- range $section, $keys := $derived -}}
{{- $all := get $settings $section | default dict -}}
{{- range $key, $value := $keys -}}
{{- $_ := set $all $key $value -}}
{{- end -}}
{{- if $all -}}
{{- $_ := set $settings $section $all -}}
{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Whether a stage talks to the archive: (list $ stage). Sequence workers do so for reports, the pages for frames. */}}
{{- define "lus.archive" -}}
{{- $ := index . 0 -}}
{{- $stage := index . 1 -}}
{{- $stores := dig "Results" "Store" (dig "Results" "Store" false $.Values.settings) ($.Values.sequence.settings | default dict) -}}
{{- $shows := dig "Web" "Frames" (dig "Web" "Frames" false $.Values.settings) ($.Values.web.settings | default dict) -}}
{{- $reads := and $.Values.archive.read (or (eq $stage "ingest") (and (eq $stage "web") $.Values.web.enabled $shows)) -}}
{{- if and $.Values.archive.url (or $reads (and (eq $stage "sequence") $stores)) -}}
{{- if and $.Values.archive.read (not $.Values.dicom.secret) -}}
{{- fail "archive.url is set and dicom.secret is not: the ledger would hold the UIDs of patients' studies. Name a Secret with a key (openssl rand -hex 32)." -}}
{{- end -}}
yes
{{- end -}}
{{- end -}}

{{/* Twice the work of the most features workers, so that the bound of the clips in flight never keeps them from being reached. */}}
{{- define "lus.clipsInFlight" -}}
{{- $most := $.Values.features.replicas -}}
{{- if ne .Values.scaling.by "none" -}}
{{- $most = .Values.features.scaling.max -}}
{{- end -}}
{{- max 32 (mul 2 (int64 $most) (int64 .Values.features.scaling.workPerPod)) -}}
{{- end -}}

{{/* A value as a setting's text. Helm reads whole numbers as fractions, and writes large ones with an exponent. */}}
{{- define "lus.text" -}}
{{- if kindIs "float64" . -}}
{{- ternary (printf "%d" (int64 .)) (toString .) (eq . (floor .)) -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* Environment variables of a tree of settings: (list prefix tree). */}}
{{- define "lus.variables" -}}
{{- $prefix := index . 0 -}}
{{- range $key, $value := index . 1 -}}
{{- $name := printf "%s__%s" $prefix $key -}}
{{- if kindIs "map" $value }}
{{- include "lus.variables" (list $name $value) }}
{{- else if kindIs "slice" $value }}
{{- range $number, $entry := $value }}
- name: {{ $name }}__{{ $number }}
  value: {{ include "lus.text" $entry | quote }}
{{- end }}
{{- else if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  value: {{ include "lus.text" $value | quote }}
{{- end }}
{{- end }}
{{- end -}}
