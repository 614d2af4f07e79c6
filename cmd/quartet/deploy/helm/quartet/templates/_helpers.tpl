{{- define "quartet.name" -}}
{{- if eq .Release.Name .Chart.Name }}{{ .Chart.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "quartet.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "quartet.labels" -}}
{{ include "quartet.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "quartet.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{- define "quartet.check" -}}
{{- if not (has .Values.engine (list "sqlite" "postgres" "mysql")) }}{{ fail (printf "engine is %s: choose sqlite, postgres or mysql" .Values.engine) }}{{ end }}
{{- if ne .Values.engine "sqlite" }}
{{- $_ := required "database.existingSecret is needed: the secret with the database's URL" .Values.database.existingSecret }}
{{- $_ := required "keys.existingSecret is needed: the secret with the files of the keys' folder" .Values.keys.existingSecret }}
{{- end }}
{{- end }}

{{- define "quartet.locked" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "quartet.databaseVariable" -}}
- name: QUARTET_DATABASE
{{- if eq .Values.engine "sqlite" }}
  value: sqlite:/data/quartet.db
{{- else }}
  valueFrom:
    secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: {{ .Values.database.secretKey }}}
{{- end }}
{{- end }}

{{- define "quartet.databaseFilesMount" -}}
{{- if .Values.database.filesSecret }}
- {name: database-files, mountPath: /etc/quartet/database, readOnly: true}
{{- end }}
{{- end }}

{{- define "quartet.pod" -}}
metadata:
  labels: {{- include "quartet.labels" . | nindent 4 }}
  annotations:
    checksum/settings: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  # 5 s until nobody sends requests here any more, 10 s for those under way, 3 s for the last traces.
  terminationGracePeriodSeconds: 30
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    # Otherwise each start opens the keys on a volume to the group, and the server refuses them.
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- if ne .Values.engine "sqlite" }}
  topologySpreadConstraints:
    {{- range .Values.topologyKeys }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "quartet.selector" $ | nindent 10 }}
    {{- end }}
  initContainers:
    # The server refuses a mounted secret, because its group can read it, so it gets a copy in memory.
    - name: keys
      image: {{ .Values.image.init }}
      command: ["sh", "-ec", "umask 077; rm -rf /keys/ring; mkdir /keys/ring; cp /secret/hmac.key /secret/jwt-*.pem /keys/ring/; chmod 600 /keys/ring/*"]
      securityContext: {{- include "quartet.locked" . | nindent 8 }}
      resources: &little
        requests: {cpu: 10m, memory: 16Mi}
        limits: {memory: 64Mi}
      volumeMounts:
        - {name: secret, mountPath: /secret, readOnly: true}
        - {name: keys, mountPath: /keys}
    # The server would migrate too; a failure is easier to see here.
    - name: migrate
      image: {{ include "quartet.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [migrate]
      env: {{- include "quartet.databaseVariable" . | nindent 8 }}
      securityContext: {{- include "quartet.locked" . | nindent 8 }}
      resources: *little
      {{- with include "quartet.databaseFilesMount" . }}
      volumeMounts: {{- . | nindent 8 }}
      {{- end }}
  {{- end }}
  containers:
    - name: quartet
      image: {{ include "quartet.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve]
      envFrom:
        - configMapRef: {name: {{ include "quartet.name" . }}}
      env:
        {{- include "quartet.databaseVariable" . | nindent 8 }}
        {{- range .Values.secretVariables }}
        - name: {{ .name }}
          valueFrom:
            secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
        {{- end }}
      ports:
        - {name: http, containerPort: 8080}
        - {name: admin, containerPort: 8081}
      # The start includes connecting to the database and migrating it.
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 2
        failureThreshold: 60
      # Not /readyz: a restart does not repair the database.
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 5
        timeoutSeconds: 6
        failureThreshold: 2
      lifecycle:
        # The server stops listening at once, but the cluster takes a moment to notice.
        preStop:
          sleep: {seconds: 5}
      resources: {{- toYaml .Values.resources | nindent 8 }}
      securityContext: {{- include "quartet.locked" . | nindent 8 }}
      volumeMounts:
        {{- if eq .Values.engine "sqlite" }}
        - {name: data, mountPath: /data}
        {{- else }}
        - {name: keys, mountPath: /keys, readOnly: true}
        {{- include "quartet.databaseFilesMount" . | nindent 8 }}
        {{- end }}
  {{- if ne .Values.engine "sqlite" }}
  volumes:
    - name: secret
      secret: {secretName: {{ .Values.keys.existingSecret }}}
    - name: keys
      emptyDir: {medium: Memory, sizeLimit: 1Mi}
    {{- if .Values.database.filesSecret }}
    - name: database-files
      secret: {secretName: {{ .Values.database.filesSecret }}, defaultMode: 0440}
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
