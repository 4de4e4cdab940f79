json.o: reports/json/json.c core/base/banned.h reports/reporter.h \
 core/result/gate.h core/base/status.h core/result/result.h \
 core/derive/inventory.h core/base/ip.h core/facts/dns_answer.h \
 core/base/str.h core/base/trouble.h core/base/reasons.def \
 core/facts/target.h core/facts/agreement.h core/facts/expectation.h \
 core/base/ip_network.h core/facts/vantage.h core/result/finding.h \
 core/result/subject.h core/result/checks.def core/result/causes.def \
 core/result/causes_names.def core/result/causes_auth.def \
 core/result/causes_transport.def reports/sink.h core/derive/mail_path.h \
 core/facts/smtp_session.h core/facts/tls_session.h \
 reports/json/json_node.h reports/json/json_parts.h
core/base/banned.h:
reports/reporter.h:
core/result/gate.h:
core/base/status.h:
core/result/result.h:
core/derive/inventory.h:
core/base/ip.h:
core/facts/dns_answer.h:
core/base/str.h:
core/base/trouble.h:
core/base/reasons.def:
core/facts/target.h:
core/facts/agreement.h:
core/facts/expectation.h:
core/base/ip_network.h:
core/facts/vantage.h:
core/result/finding.h:
core/result/subject.h:
core/result/checks.def:
core/result/causes.def:
core/result/causes_names.def:
core/result/causes_auth.def:
core/result/causes_transport.def:
reports/sink.h:
core/derive/mail_path.h:
core/facts/smtp_session.h:
core/facts/tls_session.h:
reports/json/json_node.h:
reports/json/json_parts.h:
