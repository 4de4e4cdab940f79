json_setting.o: reports/json/json_setting.c core/base/banned.h \
 core/derive/mail_path.h core/base/str.h core/base/trouble.h \
 core/base/reasons.def core/facts/dns_answer.h core/base/ip.h \
 core/facts/smtp_session.h core/facts/tls_session.h \
 core/derive/resolver.h core/base/ip_network.h core/derive/dns64.h \
 core/facts/evidence_json.h core/facts/evidence.h core/base/name.h \
 core/facts/record_text.h core/records/overlay.h core/records/zone_file.h \
 reports/words.h core/base/status.h core/result/result.h \
 core/derive/inventory.h core/facts/target.h core/facts/agreement.h \
 core/facts/expectation.h core/facts/vantage.h core/result/finding.h \
 core/result/subject.h core/result/checks.def core/result/causes.def \
 core/result/causes_names.def core/result/causes_auth.def \
 core/result/causes_transport.def reports/json/json_node.h
core/base/banned.h:
core/derive/mail_path.h:
core/base/str.h:
core/base/trouble.h:
core/base/reasons.def:
core/facts/dns_answer.h:
core/base/ip.h:
core/facts/smtp_session.h:
core/facts/tls_session.h:
core/derive/resolver.h:
core/base/ip_network.h:
core/derive/dns64.h:
core/facts/evidence_json.h:
core/facts/evidence.h:
core/base/name.h:
core/facts/record_text.h:
core/records/overlay.h:
core/records/zone_file.h:
reports/words.h:
core/base/status.h:
core/result/result.h:
core/derive/inventory.h:
core/facts/target.h:
core/facts/agreement.h:
core/facts/expectation.h:
core/facts/vantage.h:
core/result/finding.h:
core/result/subject.h:
core/result/checks.def:
core/result/causes.def:
core/result/causes_names.def:
core/result/causes_auth.def:
core/result/causes_transport.def:
reports/json/json_node.h:
