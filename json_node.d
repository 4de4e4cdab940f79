json_node.o: reports/json/json_node.c core/base/banned.h \
 core/derive/mail_path.h core/base/str.h core/base/trouble.h \
 core/base/reasons.def core/facts/dns_answer.h core/base/ip.h \
 core/facts/smtp_session.h core/facts/tls_session.h \
 reports/json/json_node.h
core/base/banned.h:
core/derive/mail_path.h:
core/base/str.h:
core/base/trouble.h:
core/base/reasons.def:
core/facts/dns_answer.h:
core/base/ip.h:
core/facts/smtp_session.h:
core/facts/tls_session.h:
reports/json/json_node.h:
