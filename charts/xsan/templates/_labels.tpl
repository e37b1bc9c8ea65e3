{{- define "xsan.labels" -}}
app.kubernetes.io/name: xsan-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: xsan
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "xsan.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* What the operator and the hook have in common. */ -}}
{{- define "xsan.container" -}}
image: {{ .Values.images.operator }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "xsan.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}
