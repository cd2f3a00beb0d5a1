"""Lists made for tests, in each format as it is published: small, and with the oddities that were seen."""

from __future__ import annotations

JOINED = (
    '{"id": "csl-7", "list": "EL", "name": "Muster Chip Works Co., Ltd.", "aliases": ["MCW", "Musterxin Keji"],'
    ' "type": null, "countries": ["CN"], "license_requirement": "For all items subject to the EAR. (See \\u00a7\\u00a7 734.9(e)(2)'
    ' and 744.11 of the EAR)4", "license_policy": "Presumption of denial.", "federal_register": "89 FR 96837"}\n'
    '{"id": "csl-8", "list": "UVL", "name": "Unseen Trading Limited", "aliases": [], "countries": ["HK"]}\n'
    '{"id": "csl-9", "list": "DPL", "name": "Jane Deniedson", "aliases": [], "countries": ["US"],'
    ' "federal_register": "77 F.R. 27418 5/10/12"}\n'
    '{"id": "csl-10", "list": "MEU", "name": "Harbour Aircraft Factory", "aliases": [], "countries": ["CN"],'
    ' "license_policy": "See 744.21(d) and (e).", "federal_register": "85 FR 83799"}\n'
    '{"id": "csl-11", "list": "SDN", "name": "KUZNETSOV HOLDING OOO", "aliases": ["KUZNETSOV"], "type": "Entity",'
    ' "countries": ["RU"], "entity_number": "4711", "programs": "RUSSIA-EO14024"}\n'
    '{"id": "csl-12", "list": "SDN", "name": "PEREZ MARITIMA S.A.", "aliases": [], "type": "Entity",'
    ' "countries": ["CU"], "entity_number": "4712", "programs": "CUBA"}\n'
    '{"id": "csl-13", "list": "CMIC", "name": "Great Wall Muster Holdings", "aliases": [], "countries": ["CN"]}\n'
)
CSL_JSON = (
    '\ufeff{"search_performed_at": "2026-07-31T13:15:00Z", "results": [{"id": "ab12", "name": "Muster Chip Works",'
    ' "alt_names": ["MCW"], "source": "Entity List (EL) - Bureau of Industry and Security", "type": null,'
    ' "addresses": [{"address": "1 Road", "city": "Wuhan", "country": "CN"}], "programs": [],'
    ' "license_requirement": "For all items subject to the EAR", "license_policy": "Presumption of denial",'
    ' "federal_register_notice": "89 FR 96837", "start_date": "2024-12-05"},'
    ' {"name": null, "source": "Entity List (EL) - Bureau of Industry and Security"}]}'
)
CSL_CSV = (
    "\ufeffsource,entity_number,type,programs,name,addresses,federal_register_notice,start_date,end_date,alt_names\r\n"
    "Denied Persons List (DPL) - Bureau of Industry and Security,,,, JANE DENIEDSON,"
    '"1 Street, Miami, FL, US",82 F.R. 48792 10/20/2017,2017-10-16,2020-10-13,\r\n'
    "Specially Designated Nationals (SDN) - Treasury Department,20264,Entity,SDNTK; TCO,200G HOLDINGS LLC,,,,,"
    '"200G; TWO HUNDRED G"\r\n'
    "Somebody's own list,,,,Nobody,,,,,\r\n"
)
SDN_CSV = (
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '173,"PETROV, Ivan","individual","RUSSIA-EO14024] [UKRAINE-EO13661",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a'
)
ADD_CSV = '36,25,-0- ,"Havana","Cuba",-0- \r\n173,26,"1 Street","Moscow","Russia",-0- \r\n\x1a'
ALT_CSV = '36,12,"aka","AERO-CARIBBEAN",-0- \r\n999,13,"aka","NOBODY",-0- \r\n\x1a'
SDN_XML = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
  <publshInformation><Publish_Date>07/31/2026</Publish_Date><Record_Count>1</Record_Count></publshInformation>
  <sdnEntry><uid>173</uid><firstName>Ivan</firstName><lastName>PETROV</lastName><sdnType>Individual</sdnType>
    <programList><program>RUSSIA-EO14024</program></programList>
    <akaList><aka><uid>9</uid><type>a.k.a.</type><category>weak</category><lastName>VANYA</lastName></aka></akaList>
    <addressList><address><uid>1</uid><city>Moscow</city><country>Russia</country></address></addressList>
  </sdnEntry>
  <sdnEntry><uid>174</uid></sdnEntry>
</sdnList>
"""
ECFR_XML = """<?xml version="1.0" encoding="UTF-8"?>
<DIV5 N="744" TYPE="PART"><AMDDATE>2026-07-09</AMDDATE>
<DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. 4 to Part 744 - Entity List</HEAD>
<DIV class="gpotbl_div"><TABLE><TR><TH>Country</TH><TH>Entity</TH><TH>License requirement</TH><TH>License review policy</TH>
<TH>Federal Register citation</TH></TR>
<TR><TD>CHINA, PEOPLE'S REPUBLIC OF</TD><TD>Muster Chip Works Co., Ltd., a.k.a., the following two aliases:<br/>—MCW;
<I>and</I><br/>—Musterxin Keji. No. 88 Guanggu Road, Wuhan, China.</TD><TD>For all items subject to the EAR. (See §§ 734.9(e)(3)
and 744.11 of the EAR)5</TD><TD>Presumption of denial.</TD><TD>84 FR 22963, 5/21/19. 89 FR 96837, 12/5/24.</TD></TR>
<TR><TD/><TD>Second Institute, a.k.a., Er Yuan, 12 Road, Beijing</TD><TD>For all items subject to the EAR</TD>
<TD>Case-by-case</TD><TD>64 FR 28909, 5/28/99.</TD></TR>
<TR><TD>RUSSIA</TD><TD>Plain Works</TD><TD>For all items subject to the EAR</TD><TD>Policy of denial</TD><TD>87 FR 1</TD></TR>
<TR><TD/><TD></TD><TD>For all items</TD><TD>x</TD><TD>87 FR 1</TD></TR>
</TABLE></DIV></DIV9>
<DIV9 N="Supplement No. 6 to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. 6 to Part 744 - Unverified List</HEAD>
<TABLE><TR><TD>CHINA, PEOPLE'S REPUBLIC OF</TD><TD>Unseen Trading Limited</TD><TD>87 FR 61971, 10/13/22</TD></TR></TABLE></DIV9>
<DIV9 N="Supplement No. 7 to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. 7 to Part 744 - MEU List</HEAD>
<TABLE><TR><TD>CHINA, PEOPLE'S REPUBLIC OF</TD><TD>Harbour Aircraft Factory</TD><TD>85 FR 83799, 12/23/20</TD></TR></TABLE></DIV9>
</DIV5>
"""
UN_XML = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:00Z"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>
<FIRST_NAME>Ri</FIRST_NAME><SECOND_NAME>Won Ho</SECOND_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
<REFERENCE_NUMBER>KPi.033</REFERENCE_NUMBER><LISTED_ON>2016-11-30</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>리원호</NAME_ORIGINAL_SCRIPT>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Ri Wonho</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<NATIONALITY><VALUE>Democratic People's Republic of Korea</VALUE></NATIONALITY></INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>MUSTER BANK</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
<REFERENCE_NUMBER>KPe.001</REFERENCE_NUMBER><ENTITY_ALIAS><ALIAS_NAME>MB</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ADDRESS><COUNTRY>China</COUNTRY></ENTITY_ADDRESS></ENTITY></ENTITIES></CONSOLIDATED_LIST>
"""
EU_CSV = (
    "\ufefffileGenerationDate;Entity_LogicalId;Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;"
    "Entity_Regulation_NumberTitle;Entity_Regulation_PublicationDate;NameAlias_LastName;NameAlias_FirstName;"
    "NameAlias_WholeName;Address_CountryIso2Code\n"
    "05/08/2026;13;person;IRQ;1210/2003 (OJ L169);2003-07-08;Al-Tikriti;Saddam;Saddam Al-Tikriti;IQ\n"
    "05/08/2026;13;person;IRQ;1210/2003 (OJ L169);2003-07-08;;;Abu Ali;\n"
    "05/08/2026;13;person;IRQ;1210/2003 (OJ L169);2003-07-08;;;Abu Ali;\n"
    "05/08/2026;14;enterprise;UKR;1/2024;2024-01-01;;;Muster Werke;RU\n"
)
UK_CSV = (
    "Report Date: 12-Nov-2025\n"
    "Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name 2,Name type,Name non-latin script,Regime Name,"
    "Designation Type,Address Country,Date Designated\n"
    '12/11/2025,RUS0001,100,PETROV,Ivan,,Primary Name,Иван Петров,"The Russia Regulations",Individual,Russia,01/02/2022\n'
    "12/11/2025,RUS0001,100,VANYA,,,Alias,,The Russia Regulations,Individual,,01/02/2022\n"
    "12/11/2025,RUS0002,101,Muster Yard,,,Primary Name,,The Russia Regulations,Entity,Russia,02/02/2022\n"
)
OFSI_CSV = "Last Updated,01/02/2022\nName 6,Name 1,Group Type,Alias Type,Regime,Listed On,Group ID,Country\nPETROV,Ivan,Individual,Prime Alias,Russia,01/02/2022,7,Russia\n"
MOFCOM_JSON = (
    '[{"aliases": ["斯巴鲁株式会社"], "date_added": "2026-02-24", "entity_name": "SUBARU Corporation",'
    ' "entity_type": "organization", "id": "cn-att-1", "list_id": "cn-attention-list", "source_url": "mofcom.gov.cn/1"},'
    ' {"entity_name": null, "list_id": "cn-attention-list"}]'
)
MILITARY_CSV = "name,aliases,date,cite\nAlibaba Group,Alibaba; 阿里巴巴,2026-06-10,91 FR 35189\n"
FILES = {
    "joined-2026-07-31.jsonl": JOINED, "consolidated.json": CSL_JSON, "consolidated-2026-07-31.csv": CSL_CSV,
    "sdn.xml": SDN_XML, "ecfr-744.xml": ECFR_XML, "un.xml": UN_XML, "eu.csv": EU_CSV, "uk.csv": UK_CSV,
    "conlist.csv": OFSI_CSV, "mofcom.json": MOFCOM_JSON, "1260h.csv": MILITARY_CSV,
}  # fmt: skip
