"""The result of bench.py for people, and the targets that it is compared with."""

NAMES = {
    'sockwise': 'sockwise audit', 'raw': 'raw sock_diag dump', 'ss': 'ss -Htan',
    'cat': 'cat /proc/net/tcp', 'hand': 'ss -Htan; sysctl -a', 'parser': "sockwise's parser",
    'wc': 'wc -l', 'nobody': 'nobody', 'crowd': 'no listeners', 'listening crowd': 'listeners',
    'review': 'sockwise review', 'grep': 'grep -r sysctl',
}

MANY_DESTINATIONS = 100_000


def targets(result):
    """Each target of the project with what was measured. No test: nothing fails by them."""
    found = []

    def compare(what, figure, limit, unit='', at_least=False):
        by_cpu = None
        if isinstance(figure, dict):
            figure, by_cpu = figure['wall'], figure['cpu']
        found.append({'what': what, 'figure': figure, 'by_cpu': by_cpu, 'limit': limit, 'unit': unit,
                      'at_least': at_least, 'met': figure >= limit if at_least else figure <= limit})

    for table in result['tables']:
        if table['rows_wanted'] != 1_000_000:
            continue
        title = title_of(table)
        compare(f'{title}: time / raw dump', table['ratios']['sockwise/raw'], 1.3)
        compare(f'{title}: time / ss', table['ratios']['sockwise/ss'], 0.7)
        limit = 160 if table['destinations'] >= MANY_DESTINATIONS else 64
        compare(f'{title}: peak memory', table['commands']['sockwise']['peak_kib'] / 1024, limit, 'MiB')
        if table['parse']:
            compare('parse of /proc/net/tcp: speed / wc -l', table['parse']['ratios']['speed of parser/wc'], 0.5,
                    at_least=True)
    owners = result['owners']
    for name, seconds in owners['added_seconds'].items():
        compare(f"owners, {NAMES[name]}: time added", seconds, 0.2, 's')
    compare('idle namespace: time / ss; sysctl', result['idle_namespace']['ratios']['sockwise/hand'], 0.5)
    review = result['review']['commands']['review']
    compare(f"review of {result['review']['files']:,} files: time", {key: review[key] for key in ('wall', 'cpu')}, 2, 's')
    compare(f"review of {result['review']['files']:,} files: peak memory", review['peak_kib'] / 1024, 100, 'MiB')
    return found


def text(result):
    machine = result['machine']
    lines = [f"Linux {machine['kernel']} {machine['machine']}, {machine['processors']} processors "
             f"({machine['processor']}), load {machine['load']:.1f}. Medians of wall time."]
    for table in result['tables']:
        lines += block(heading(f"{title_of(table)}: {table['rows']:,} rows", table), table['commands'], ('raw', 'ss'))
        if table['parse']:
            parse = table['parse']
            title = f"recorded /proc/net/tcp of {parse['bytes'] / 1e6:.0f} MB, {parse['rounds']} rounds"
            lines += block(title, parse['commands'], ('wc',))
    lines += block(heading('idle namespace', result['idle_namespace']), result['idle_namespace']['commands'], ('hand',))
    owners = result['owners']
    title = f"owners: sockwise audit beside {owners['processes']} processes with {owners['descriptors']:,} descriptors, {owners['listeners']} listeners"
    lines += block(heading(title, owners), owners['commands'], ())

    review = result['review']
    lines += block(heading(f"review of {review['files']:,} files", review), review['commands'], ('grep',))

    lines += ['', f"{'target':<56}{'figure':>12}{'by cpu':>8}{'limit':>12}"]
    for target in result['targets']:
        sign = '>=' if target['at_least'] else '<='
        unit = f" {target['unit']}" if target['unit'] else ''
        figure = f"{target['figure']:.2f}{unit}"
        by_cpu = f"{target['by_cpu']:.2f}" if target['by_cpu'] is not None else ''
        limit = f"{sign} {target['limit']:g}{unit}"
        verdict = 'met' if target['met'] else 'NOT MET'
        lines.append(f"{target['what']:<56}{figure:>12}{by_cpu:>8}{limit:>12}  {verdict}")
    return '\n'.join(lines)


def title_of(table):
    kind = {'established': 'ESTABLISHED', 'time-wait': 'TIME_WAIT'}[table['kind']]
    power = f"10^{len(str(table['rows_wanted'])) - 1}"
    many = ' over 10^5 destinations' if table['destinations'] >= MANY_DESTINATIONS else ''
    return f'{power} {kind}{many}'


def heading(title, part):
    busy = '' if part['idle'] else ', machine busy'
    return f"{title}, {part['rounds']} rounds{busy}"


def block(title, commands, references):
    columns = ''.join(f"{'x ' + name:>8}" for name in references)
    lines = ['', title, f"  {'':<24}{'ms':>9}{'least':>9}{'most':>9}{'cpu ms':>9}{'MiB':>8}{columns}"]
    for name, run in commands.items():
        times = ''.join(f"{run[key] * 1000:>9.1f}" for key in ('wall', 'least', 'most', 'cpu'))
        ratios = ''.join(f"{run['wall'] / commands[other]['wall']:>8.2f}" for other in references)
        lines.append(f"  {NAMES[name]:<24}{times}{run['peak_kib'] / 1024:>8.1f}{ratios}")
    return lines
