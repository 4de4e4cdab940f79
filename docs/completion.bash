# Completion of mailready for bash: made by "mailready help --completion bash".
_mailready()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=audit first=1 i
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        audit) command=audit first=0; break ;;
        explain) command=explain first=0; break ;;
        checks) command=checks first=0; break ;;
        spf) command=spf first=0; break ;;
        diff) command=diff first=0; break ;;
        lint) command=lint first=0; break ;;
        history) command=history first=0; break ;;
        store) command=store first=0; break ;;
        fleet) command=fleet first=0; break ;;
        config) command=config first=0; break ;;
        help) command=help first=0; break ;;
        esac
    done
    case $command,$prev in
    audit,--domains) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--sender) COMPREPLY=(); return ;;
    audit,--not-sender) COMPREPLY=(); return ;;
    audit,--dkim) COMPREPLY=(); return ;;
    audit,--mail-from) COMPREPLY=(); return ;;
    audit,--from) COMPREPLY=(); return ;;
    audit,--volume) COMPREPLY=($(compgen -W " bulk low" -- "$cur")); return ;;
    audit,--receiver) COMPREPLY=($(compgen -W " gmail gmail-bulk yahoo yahoo-bulk outlook outlook-bulk exchange-ipv6 icloud t-online gmx orange laposte comcast godaddy rackspace zoho wp-pl seppmail strict-postfix qq proofpoint fireeye mail-ru mimecast hostpoint infomaniak titan mxroute barracuda 163 cisco freenet" -- "$cur")); return ;;
    audit,--only) COMPREPLY=($(compgen -W " env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent" -- "$cur")); return ;;
    audit,--skip) COMPREPLY=($(compgen -W " env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent" -- "$cur")); return ;;
    audit,--fail-on) COMPREPLY=($(compgen -W " fail warn never" -- "$cur")); return ;;
    audit,--format) COMPREPLY=($(compgen -W " text lines json jsonl html pdf markdown csv junit sarif github gitlab nagios prometheus" -- "$cur")); return ;;
    audit,--output | audit,-o) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--resolver) COMPREPLY=(); return ;;
    audit,--helo) COMPREPLY=(); return ;;
    audit,--smtp-port) COMPREPLY=(); return ;;
    audit,--sessions) COMPREPLY=(); return ;;
    audit,--source) COMPREPLY=(); return ;;
    audit,--allow-net) COMPREPLY=(); return ;;
    audit,--ca-file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--canary) COMPREPLY=(); return ;;
    audit,--bogus-canary) COMPREPLY=(); return ;;
    audit,--trust-anchor) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--dnsbl) COMPREPLY=(); return ;;
    audit,--active) COMPREPLY=(); return ;;
    audit,--own) COMPREPLY=(); return ;;
    audit,--timeout) COMPREPLY=(); return ;;
    audit,--jobs) COMPREPLY=(); return ;;
    audit,--in-flight) COMPREPLY=(); return ;;
    audit,--memory) COMPREPLY=(); return ;;
    audit,--journal) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--store) COMPREPLY=(); return ;;
    audit,--reuse) COMPREPLY=(); return ;;
    audit,--progress) COMPREPLY=($(compgen -W " auto json none" -- "$cur")); return ;;
    audit,--zone) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--assume) COMPREPLY=(); return ;;
    audit,--record) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--replay) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--baseline) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--expect) COMPREPLY=(); return ;;
    audit,--wait) COMPREPLY=(); return ;;
    audit,--config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--client) COMPREPLY=(); return ;;
    audit,--consultant) COMPREPLY=(); return ;;
    audit,--logo) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    audit,--lang) COMPREPLY=(); return ;;
    explain,--bounce) COMPREPLY=(); return ;;
    checks,--format) COMPREPLY=($(compgen -W " text json" -- "$cur")); return ;;
    spf,--ip) COMPREPLY=(); return ;;
    spf,--helo) COMPREPLY=(); return ;;
    spf,--mail-from) COMPREPLY=(); return ;;
    spf,--resolver) COMPREPLY=(); return ;;
    spf,--timeout) COMPREPLY=(); return ;;
    lint,--fail-on) COMPREPLY=($(compgen -W " fail warn never" -- "$cur")); return ;;
    diff,--format) COMPREPLY=($(compgen -W " text markdown json html" -- "$cur")); return ;;
    diff,--fail-on) COMPREPLY=($(compgen -W " note warn fail never" -- "$cur")); return ;;
    history,--store) COMPREPLY=(); return ;;
    history,--since) COMPREPLY=(); return ;;
    history,--format) COMPREPLY=($(compgen -W " text json html" -- "$cur")); return ;;
    store,--store) COMPREPLY=(); return ;;
    store,--check) COMPREPLY=($(compgen -W " env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent" -- "$cur")); return ;;
    store,--status) COMPREPLY=($(compgen -W " fail warn unknown note skipped pass" -- "$cur")); return ;;
    store,--since) COMPREPLY=(); return ;;
    store,--format) COMPREPLY=($(compgen -W " text json" -- "$cur")); return ;;
    store,--keep) COMPREPLY=(); return ;;
    help,--completion) COMPREPLY=($(compgen -W " bash zsh fish" -- "$cur")); return ;;
    esac
    case $command,$cur in
    audit,-*) COMPREPLY=($(compgen -W " --domains --sender --not-sender --from-mta --dkim --dkim-guess --mail-from --from --volume --receiver --only --skip --fail-on --format --output --quiet --verbose --compact --ordered --resolver --trust-ad --helo --smtp-port --sessions --source --ipv4 --ipv6 --allow-net --ca-file --canary --bogus-canary --trust-anchor --dnsbl --no-dnsbl --active --own --timeout --jobs --in-flight --memory --journal --resume --store --reuse --progress --zone --assume --record --replay --trace --baseline --expect --wait --config --client --consultant --logo --lang --help" -- "$cur")) ;;
    explain,-*) COMPREPLY=($(compgen -W " --bounce --help" -- "$cur")) ;;
    checks,-*) COMPREPLY=($(compgen -W " --format --help" -- "$cur")) ;;
    spf,-*) COMPREPLY=($(compgen -W " --ip --helo --mail-from --resolver --timeout --trace --help" -- "$cur")) ;;
    diff,-*) COMPREPLY=($(compgen -W " --format --fail-on --help" -- "$cur")) ;;
    lint,-*) COMPREPLY=($(compgen -W " --fail-on --help" -- "$cur")) ;;
    history,-*) COMPREPLY=($(compgen -W " --store --since --format --help" -- "$cur")) ;;
    store,-*) COMPREPLY=($(compgen -W " --store --check --status --since --format --keep --help" -- "$cur")) ;;
    fleet,-*) COMPREPLY=($(compgen -W " --domains --sender --not-sender --from-mta --dkim --dkim-guess --mail-from --from --volume --receiver --only --skip --fail-on --format --output --quiet --verbose --compact --ordered --resolver --trust-ad --helo --smtp-port --sessions --source --ipv4 --ipv6 --allow-net --ca-file --canary --bogus-canary --trust-anchor --dnsbl --no-dnsbl --active --own --timeout --jobs --in-flight --memory --journal --resume --store --reuse --progress --zone --assume --record --replay --trace --baseline --expect --wait --config --client --consultant --logo --lang --help" -- "$cur")) ;;
    config,-*) COMPREPLY=($(compgen -W " --domains --sender --not-sender --from-mta --dkim --dkim-guess --mail-from --from --volume --receiver --only --skip --fail-on --format --output --quiet --verbose --compact --ordered --resolver --trust-ad --helo --smtp-port --sessions --source --ipv4 --ipv6 --allow-net --ca-file --canary --bogus-canary --trust-anchor --dnsbl --no-dnsbl --active --own --timeout --jobs --in-flight --memory --journal --resume --store --reuse --progress --zone --assume --record --replay --trace --baseline --expect --wait --config --client --consultant --logo --lang --help" -- "$cur")) ;;
    help,-*) COMPREPLY=($(compgen -W " --man --completion --help" -- "$cur")) ;;
    explain,*) COMPREPLY=($(compgen -W " env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent" -- "$cur")) ;;
    help,*) COMPREPLY=($(compgen -W " audit explain checks spf diff lint history store fleet config help" -- "$cur")) ;;
    *) ((first)) && COMPREPLY=($(compgen -W " audit explain checks spf diff lint history store fleet config help" -- "$cur")) ;;
    esac
}
complete -F _mailready mailready
