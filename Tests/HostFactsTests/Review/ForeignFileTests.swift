import CEL
import Testing
import YAML

@testable import HostFacts

/// What files of other programs set.
@Suite struct ForeignFileTests {
  private func yaml(_ text: String) -> [String] {
    var file = ForeignFile(path: "x.yaml", bytes: Array(text.utf8))
    let why = file.readYAML()
    return file.shown + (why.map { [$0.reason] } ?? [])
  }

  // MARK: Ansible

  @Test func readsTasks() {
    let found = yaml(
      """
      - name: A play
        hosts: all
        pre_tasks:
          - sysctl: {name: net.core.somaxconn, value: 1024}
        tasks:
          - block:
              - name: in a block
                ansible.posix.sysctl:
                  name: net.ipv4.tcp_syncookies
                  value: "yes"
                  ignoreerrors: true
            rescue:
              - ansible.posix.sysctl:
                  name: vm.gone
                  value: 1
                  state: absent
        handlers:
          - action: {module: sysctl, key: vm.swappiness, val: 10}
          - sysctl: name=net.ipv4.ip_local_port_range value="1024 65535" state=present
      """)
    #expect(
      found == [
        "4: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "9: net.ipv4.tcp_syncookies|\"yes\" net.ipv4.tcp_syncookies = 1 (ignored)",
        "18: vm.swappiness|10 vm.swappiness = 10",
        "19: name=net.ipv4.ip_local_port_range value=\"1024 65535\" state=present"
          + "|name=net.ipv4.ip_local_port_range value=\"1024 65535\" state=present"
          + " net.ipv4.ip_local_port_range = 1024 65535",
      ])
  }

  @Test func readsTasksThatRunSysctl() {
    let found = yaml(
      """
      - shell: sysctl -w net.core.somaxconn=1024 && sysctl -w "vm.swappiness=10" chdir=/tmp
      - name: a block
        ansible.builtin.shell: |
          set -e
          # {{ ansible_managed }}
          sysctl -e -w vm.a=1
          echo 3 > /proc/sys/vm/drop_caches
          sysctl -w net.core.rmem_max={{ rmem }}
      - command: {cmd: sysctl -w vm.b=2}
      - ansible.builtin.command:
          argv: [/sbin/sysctl, -w, 'vm.c=3']
      - command: sysctl -w {{ item.key }}={{ item.value }}
        loop: [{key: vm.d, value: 4}]
        ignore_errors: true
      - command: "true"
        args: {cmd: sysctl -w vm.never=1}
      - shell: echo hello
      - local_action: command sysctl -w vm.here=1
      """)
    #expect(
      found == [
        "1: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "1: \"vm.swappiness=10\"|\"vm.swappiness=10\" vm.swappiness = 10",
        "6: vm.a|1 vm.a = 1 (ignored)",
        "7: /proc/sys/vm/drop_caches|3 vm.drop_caches = 3",
        "9: vm.b|2 vm.b = 2",
        "11: vm.c|3 vm.c = 3",
        "13: 4|4 vm.d = 4 (ignored)",
        "1 templated",
      ])
  }

  @Test func readsTasksThatWriteFilesOfSysctl() {
    let found = yaml(
      """
      - lineinfile: {path: /etc/sysctl.conf, line: net.core.somaxconn = 1024, regexp: x}
      - ansible.builtin.lineinfile:
          dest: /etc/sysctl.d/60-x.conf
          line: "vm.swappiness=10"
      - lineinfile:
          path: /etc/sysctl.d/60-x.conf
          line: "{{ item.key }} = {{ item.value }}"
        loop:
          - {key: vm.a, value: "1"}
      - lineinfile: {path: /etc/sysctl.conf, line: vm.gone = 1, state: absent}
      - lineinfile: {path: /etc/sysctl.conf, line: 'vm.\\1 = 1', backrefs: true}
      - lineinfile: {path: /etc/hosts, line: vm.b = 1}
      - blockinfile:
          path: /etc/sysctl.d/70-{{ name }}.conf
          block: |
            {{ ansible_managed | comment }}
            net.ipv4.tcp_syncookies = 1

            {% if big %}
              -vm.c = 1
            {% endif %}
            net.core.rmem_max = {{ rmem }}
            vm.swappiness 10
      - copy:
          dest: /usr/local/lib/sysctl.d/x.conf
          content: >
            vm.d = 1
      - copy: dest=/etc/sysctl.d/y.conf content="vm.e = 2"
      """)
    #expect(
      found == [
        "1: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "4: vm.swappiness|10 vm.swappiness = 10",
        "9: \"1\"|\"1\" vm.a = 1",
        "17: net.ipv4.tcp_syncookies|1 net.ipv4.tcp_syncookies = 1",
        "20: vm.c|1 vm.c = 1 (ignored)",
        "26: >|> vm.d = 1",
        "28: dest=/etc/sysctl.d/y.conf content=\"vm.e = 2\""
          + "|dest=/etc/sysctl.d/y.conf content=\"vm.e = 2\" vm.e = 2",
        "23: vm.swappiness 10 skipped",
        "1 templated",
      ])
  }

  /// Aliases repeat long texts, and each is read so many times only.
  @Test func whatIsRepeatedIsNotReadWithoutEnd() {
    let script = "sysctl -w vm.a=1 " + String(repeating: "x", count: 100_000)
    let tasks = String(repeating: "- shell: *a\n", count: 100)
    let found = yaml("- shell: &a \(script)\n\(tasks)")
    #expect(1..<50 ~= found.count, "\(found.count)")
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

  @Test func followsLoopsThatAreWrittenOut() {
    let found = yaml(
      """
      - sysctl:
          name: "{{ item.key }}"
          value: '{{item["value"]}}'
        loop:
          - {key: net.core.somaxconn, value: 1024}
          - {key: "net.core.{{ x }}", value: 1}
      - sysctl: {name: 'net.ipv4.conf.{{ item }}.rp_filter', value: 2}
        with_items: [all, [default]]
      - sysctl: {name: '{{ item.key }}', value: '{{ item.value }}'}
        with_dict:
          vm.swappiness: 10
      - sysctl: {name: '{{ item }}', value: 1}
        loop: '{{ keys }}'
      - sysctl:
          name: {{ name }}
          value: 1
      - sysctl: {name: vm.overcommit_memory, value: "{{ x | default(1) }}"}
      """)
    #expect(
      found == [
        "5: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "8: all|2 net.ipv4.conf.all.rp_filter = 2",
        "8: default|2 net.ipv4.conf.default.rp_filter = 2",
        "11: vm.swappiness|10 vm.swappiness = 10",
        "4 templated",
      ])
  }

  // MARK: Kubernetes

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

  @Test func servicesHaveTheNamespacesOfOthers() {
    let found = yaml(
      """
      services:
        a: {network_mode: host, ipc: host, sysctls: [kernel.sem=1, net.a.b=1]}
        b: {network_mode: "service:a", ipc: shareable, sysctls: [kernel.sem=1, net.a.b=1]}
        c: {network_mode: "container:a", ipc: "container:a", sysctls: [kernel.sem=1, net.a.b=1]}
        d: {network_mode: "service:d", ipc: $IPC, sysctls: [kernel.sem=1, net.a.b=1]}
        e: {extends: a, sysctls: [kernel.sem=1, net.a.b=1]}
        f: {uts: host, sysctls: [kernel.domainname=x, vm.a=1]}
      """)
    #expect(
      found.map { $0.split(separator: "=").last.map(String.init) }
        == [
          " 1 (of the host)", " 1 (of the host)", " 1", " 1 (of the host)",
          " 1 (perhaps of the host)", " 1 (perhaps of the host)", " 1 (perhaps of the host)",
          " 1 (perhaps of the host)", " 1 (perhaps of the host)", " 1 (perhaps of the host)",
          " x (of the host)", " 1",
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
  @Test(
    arguments: [
      ("net.core.somaxconn", "network"), ("net/vendor/x", "network"), ("kernel.shmmax", "ipc"),
      ("kernel.sem", "ipc"), ("fs.mqueue.msg_max", "ipc"), ("kernel.domainname", "uts"),
      ("kernel.hostname", nil), ("vm.max_map_count", nil), ("fs.inotify.max_user_watches", nil),
      ("kernel.pid_max", nil), ("fs.mqueue", nil), ("network.x", nil),
    ] as [(String, String?)])
  func parametersOfContainers(_ key: String, _ namespace: String?) {
    #expect(ContainerNamespace(of: SysctlKey(key))?.rawValue == namespace)
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
  @Test func endsAtAThousandParametersAndSaysSo() {
    func read(_ text: String) -> ForeignFile {
      var file = ForeignFile(path: "x.yaml", bytes: Array(text.utf8))
      _ = file.readYAML()
      return file
    }
    func names(_ count: Int) -> String { (0..<count).map { "net.a\($0)" }.joined(separator: ", ") }
    let kubelet = "kind: KubeletConfiguration\nallowedUnsafeSysctls: "
    #expect(!read(kubelet + "[\(names(1000))]\n").isCut)
    let many = read(kubelet + "[\(names(1001))]\n")
    #expect(many.isCut && many.allowances.count == 1000)

    let values = (0..<1000).map { "net.a\($0): 1" }.joined(separator: ", ")
    let compose = "services:\n  a: {sysctls: &s {\(values)}}\n"
    let repeated = read(compose + "  b: {sysctls: *s}\n")
    #expect(!repeated.isCut && repeated.statements.count == 1000)
    let more = read(compose + "  b: {sysctls: {net.b: 1}}\n")
    #expect(more.isCut && more.statements.count == 1000)
  }

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

  // MARK: Compose

  @Test func readsServices() {
    let found = yaml(
      """
      x-common: &common
        sysctls: {net.core.somaxconn: 1024}
      services:
        a: *common
        b:
          <<: *common
          network_mode: host
        c:
          sysctls:
            - net.ipv4.tcp_syncookies=0
            - "net.core.somaxconn=${MAX}"
            - 'net.ipv4.ip_local_port_range=1024 65535'
            - nothing
      """)
    #expect(
      found == [
        "2: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "2: net.core.somaxconn|1024 net.core.somaxconn = 1024 (of the host)",
        "10: net.ipv4.tcp_syncookies|0 net.ipv4.tcp_syncookies = 0",
        "12: net.ipv4.ip_local_port_range|1024 65535 net.ipv4.ip_local_port_range = 1024 65535",
        "1 templated",
      ])
  }

  @Test func saysWhereYAMLEnds() {
    #expect(
      yaml("services: {a: {sysctls: {x.y: 1}}}\n---\na: [\n") == [
        "1: x.y|1 x.y = 1",
        "'x.yaml':4:1: not valid YAML: did not find expected node content",
      ])
  }

  @Test func leavesEndlessItemsToTheTemplate() {
    let item = String(repeating: "x", count: 3000)
    var file = ForeignFile(
      path: "play.yml",
      bytes: Array(
        """
        - hosts: all
          tasks:
            - sysctl: {name: vm.swappiness, value: '{{ item }}{{ item }}'}
              with_items: [\(item), "1"]
        """.utf8))
    #expect(file.readYAML() == nil)
    #expect(file.statements.map(\.value) == [Array("11".utf8)])
  }

  @Test func keepsCommentsNear() {
    var file = ForeignFile(
      path: "x",
      bytes: Array(
        """
        services:
          a:
            # shortens TIME_WAIT
            sysctls:
              net.ipv4.tcp_fin_timeout: 15 # really
        """.utf8))
    #expect(file.readYAML() == nil)
    #expect(file.statements.first?.nearComment == "shortens TIME_WAIT\nreally")
    #expect(file.statements.first?.sourceText == "net.ipv4.tcp_fin_timeout: 15 # really")
  }
}
