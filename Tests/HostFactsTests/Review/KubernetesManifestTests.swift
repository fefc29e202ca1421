import CEL
import Testing

@testable import HostFacts

/// Pods, their commands, and what kubelets allow them.
@Suite struct KubernetesManifestTests {
  @Test func readsPods() {
    let found = yaml(
      """
      {{- if .Values.enabled }}
      apiVersion: v1
      kind: Pod
      spec:
        hostNetwork: true
        securityContext:
          sysctls:
          - name: net.core.somaxconn
            value: "1024"
          - name: net.ipv4.tcp_tw_reuse
            value: {{ .Values.reuse | quote }}
        containers: [{name: a, securityContext: {runAsUser: 1}}]
      {{- end }}
      ---
      kind: CronJob
      spec: {jobTemplate: {spec: {template: {spec: {securityContext: {sysctls: [
        {name: kernel.shm_rmid_forced, value: '1'}]}}}}}}
      ---
      kind: List
      items:
      - kind: Deployment
        spec: {template: {spec: {hostNetwork: false, securityContext: {sysctls: [
          {name: a.b, value: '1'}]}}}}
      ---
      podSecurityContext:
        sysctls:
        - {name: net.ipv4.ip_unprivileged_port_start, value: "0"}
      """)
    #expect(
      found == [
        "8: net.core.somaxconn|\"1024\" net.core.somaxconn = 1024 (of the host)",
        "17: kernel.shm_rmid_forced|'1' kernel.shm_rmid_forced = 1",
        "23: a.b|'1' a.b = 1",
        "27: net.ipv4.ip_unprivileged_port_start|\"0\" net.ipv4.ip_unprivileged_port_start = 0",
        "1 templated",
      ])
  }

  /// What stands in a branch of a template is not certain outside of it.

  @Test func branchesOfATemplateAreAlternatives() {
    let found = yaml(
      """
      spec:
        {{- if .Values.host }}
        hostNetwork: true
        {{- else if .Values.other }}
        hostIPC: true
        {{- end }}
        securityContext:
          sysctls:
          - name: net.core.somaxconn
            {{- if .Values.big }}
            value: "4096"
            {{- else }}
            value: "1024"
            {{- end }}
          - name: kernel.sem
            value: "1"
      ---
      spec:
        {{- if .Values.host }}
        hostNetwork: true
        securityContext:
          sysctls: [{name: net.core.somaxconn, value: "1"}]
        {{- else }}
        securityContext:
          sysctls: [{name: net.core.somaxconn, value: "2"}]
        {{- end }}
      ---
      services:
        a:
          {% if x %}
          network_mode: host
          {% endif %}
          sysctls: [net.core.somaxconn=1]
        b:
          network_mode: bridge
          sysctls: [net.core.somaxconn=2]
      """)
    #expect(
      found == [
        "9: net.core.somaxconn|\"4096\" net.core.somaxconn = 4096 (perhaps of the host)",
        "9: net.core.somaxconn|\"1024\" net.core.somaxconn = 1024 (perhaps of the host)",
        "15: kernel.sem|\"1\" kernel.sem = 1 (perhaps of the host)",
        "22: net.core.somaxconn|\"1\" net.core.somaxconn = 1 (of the host)",
        "25: net.core.somaxconn|\"2\" net.core.somaxconn = 2",
        "33: net.core.somaxconn|1 net.core.somaxconn = 1 (perhaps of the host)",
        "36: net.core.somaxconn|2 net.core.somaxconn = 2",
      ])
  }

  @Test func takesNoSchemaForAPod() {
    #expect(
      yaml(
        """
        kind: CustomResourceDefinition
        spec:
          securityContext:
            properties:
              sysctls: {type: array, items: {properties: {name: {type: string}}}}
            sysctls: {type: array}
        """) == [])
  }

  @Test func readsCommandsOfContainers() {
    let found = yaml(
      """
      kind: DaemonSet
      spec:
        template:
          spec:
            initContainers:
            - command: ["sysctl", "-w", "vm.max_map_count=262144"]
              securityContext: {privileged: true}
            - command: [sh, -c]
              args: ["sysctl -w net.core.somaxconn=1024 && sysctl -qw 'vm.a=1'"]
            containers:
            - command: [/bin/sh, -ec]
              args:
              - |
                {{- if .Values.x }}
                sysctl -w vm.b=$B
                {{- end }}
                sysctl -w \\
                  vm.c=1; exec app
              lifecycle: {postStart: {exec: {command: [sysctl, vm.d=2]}}}
      ---
      services:
        a:
          command: sysctl -w vm.e=1
          entrypoint: [env]
      """)
    #expect(
      found == [
        "6: vm.max_map_count|262144 vm.max_map_count = 262144",
        "9: net.core.somaxconn|1024 net.core.somaxconn = 1024", "9: 'vm.a=1'|'vm.a=1' vm.a = 1",
        "18: vm.c|1 vm.c = 1", "19: vm.d|2 vm.d = 2",
        "23: sysctl -w vm.e=1|sysctl -w vm.e=1 vm.e = 1", "1 templated",
      ])
  }

  @Test func kubernetesWantsText() {
    var file = ForeignFile(
      path: "x",
      bytes: Array(
        """
        securityContext:
          sysctls:
            - {name: net.a, value: 1}
            - {name: net.b, value: "1"}
            - {name: net.c, value: 1 2}
            - {name: net.d, value: on}
            - {name: net.e, value: true}
            - {name: net.f, value: 0644}
            - {name: net.g, value: 1.5}

        """.utf8))
    #expect(file.readYAML() == nil)
    #expect(
      file.statements.map { $0.valueType?.rawValue } == [
        "number", "text", "text", "boolean", "boolean", "number", "number",
      ])
  }

  @Test func readsWhatAKubeletAllows() {
    var file = ForeignFile(
      path: "x",
      bytes: Array(
        "kind: KubeletConfiguration\nallowedUnsafeSysctls: [net.core.*, kernel.sem]\n".utf8))
    #expect(file.readYAML() == nil)
    #expect(file.allowances.map(\.location.line) == [2, 2])
    #expect(file.allowances[0].location.column == 24)
    for (key, allows) in [
      ("net.core.somaxconn", true), ("net/core/rmem_max", true), ("net.core", false),
      ("net.core2.x", false), ("kernel.sem", true), ("kernel.sem.b", false),
    ] {
      let found = KubeletAllowances(file.allowances).allowance(for: SysctlKey(key))
      #expect((found != nil) == allows, "\(key)")
    }
  }

  /// "the sysctls … are not known to be namespaced".

  @Test(arguments: [
    """
    kind: ClusterConfiguration
    kubeletExtraArgs: {v: "2", allowed-unsafe-sysctls: "net.core.somaxconn, net.ipv4.*"}
    """,
    """
    kubeletExtraArgs:
      - name: allowed-unsafe-sysctls
        value: net.core.somaxconn,net.ipv4.*
    """,
  ])
  func readsWhatKubeadmLetsAKubeletAllow(_ text: String) {
    var file = ForeignFile(path: "x", bytes: Array(text.utf8))
    #expect(file.readYAML() == nil)
    #expect(file.allowances.count == 2)
    for key in ["net.core.somaxconn", "net.ipv4.tcp_tw_reuse"] {
      #expect(KubeletAllowances(file.allowances).allowance(for: SysctlKey(key)) != nil)
    }
  }

  /// More than a file is meant to have are told of, and those that an anchor repeats are not more.

  @Test func whatNoKubeletTakesAllowsNothing() {
    let patterns = ["vm.*", "*", "kernel.*", "net*", "net.*", "fs/mqueue/*", "fs.*", "{{ x }}"]
    var file = ForeignFile(
      path: "x",
      bytes: Array("allowedUnsafeSysctls: ['\(patterns.joined(separator: "', '"))']\n".utf8))
    #expect(file.readYAML() == nil)
    #expect(file.allowances.map(\.location.column) == [57, 66])
    #expect(
      file.refusedAllowances.map(\.text) == ["vm.*", "*", "kernel.*", "net*", "fs.*"])
    let allowances = KubeletAllowances(file.allowances)
    #expect(allowances.allowance(for: SysctlKey("vm.max_map_count")) == nil)
    #expect(allowances.allowance(for: SysctlKey("net.core.somaxconn")) != nil)
    #expect(
      file.noticesOfAllowances(shownAs: "k.yaml").first?.message.hasPrefix(
        "'k.yaml':1:24: no kubelet starts with 'vm.*' among allowedUnsafeSysctls, ") == true)
  }

  /// As sysctl() of runc (libcontainer/configs/validate/validator.go) has it.

  @Test func aPolicyAllowsNothing() {
    var file = ForeignFile(
      path: "x", bytes: Array("kind: PodSecurityPolicy\nspec: {allowedUnsafeSysctls: [a]}\n".utf8))
    #expect(file.readYAML() == nil)
    #expect(file.allowances == [])
  }

  @Test func readsJSON() {
    #expect(
      yaml(
        """
        {
        \t"kind": "Pod", "metadata": {"name":"a\\u00e4\\/b"},
        \t"spec": {"hostNetwork":true,"securityContext":{"sysctls":[
        \t\t{"name":"net.core.somaxconn","value":"1024"}]}}
        }
        """) == [
          #"4: "net.core.somaxconn"|"1024" net.core.somaxconn = 1024 (of the host)"#
        ])
  }
}
