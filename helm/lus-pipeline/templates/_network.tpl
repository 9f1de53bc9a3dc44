{{/* A way out to ports, and to all or some peers. */}}
{{- define "lus.egress" -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ int64 . }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
