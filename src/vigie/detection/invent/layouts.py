"""The official files: name, header as delivered, separator. The writer, its page and its tests read this."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.detection.invent.accounts import RATIOS


@dataclass(frozen=True)
class Layout:
    """One file of a delivery. wide: its header ends with one column per month of workforce."""

    name: str
    separator: str
    header: tuple[str, ...]
    wide: bool = False
    bom: bool = False
    compressible: bool = True
    quoted_header: bool = False

    def header_line(self, months: tuple[str, ...] = ()) -> bytes:
        """The first line, with the byte order mark where the file has one."""
        columns = [*self.header, *months]
        if self.quoted_header:
            columns = [f'"{column}"' for column in columns]
        return (b"\xef\xbb\xbf" if self.bom else b"") + (self.separator.join(columns) + "\n").encode()


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", "").replace(" ", "").split(","))


CONTRIBUTIONS = Layout(
    "sigfaible_cotisdues.csv", ";", _columns("Urssaf_gestion,Dep,Siret,Compte,periode,mer,enc_direct,cotis_due")
)
DEBITS = Layout(
    "sigfaible_debits.csv",
    ";",
    _columns(
        "Urssaf_gestion,Dep,num_cpte,Siren,Siret,Dt_immat,Etat_cpte,Cd_pro_col,Periode,Num_Ecn,Num_Hist_Ecn,"
        "Dt_trt_ecn,Mt_PO,Mt_PP,Cd_op_ecn,Motif_ecn,Recours_en_cours"
    ),
)
WORKFORCE_FIRMS = Layout("sigfaible_effectif_siren.csv", ";", _columns("siren,rais_soc,ape_ins,dep"), wide=True)
WORKFORCE_PLACES = Layout("sigfaible_effectif_siret.csv", ";", _columns("compte,siret,rais_soc,ape_ins,dep"), wide=True)
PLANS = Layout(
    "sigfaible_delais.csv",
    ";",
    _columns(
        "Urssaf_gestion,Dep,Siret,Numero_compte_externe,Numero_structure,Date_creation,Date_echeance,Duree_delai,"
        "Denomination_premiere_ligne,Indic_6M,Annee_creation,Montant_global_echeancier,Code_externe_stade,"
        "Code_externe_action"
    ),
)
CCSF = Layout(
    "sigfaible_ccsf.csv",
    ";",
    _columns("Urssaf_gestion,Dep,Siret,Compte,Date_de_traitement,Code_externe_stade,Code_externe_action"),
)
PROCEEDINGS = Layout("sigfaible_pcoll.csv", ";", _columns("Siret,Siren,Dt_effet,Cat_v2,Lib_actx_stdx"))
HOURS_USED = Layout(
    "consommation_ap.csv",
    ",",
    _columns("ID_DA,ETAB_SIRET,HEURES,MONTANTS,EFFECTIFS,MOIS"),
    compressible=False,
    quoted_header=True,
)
HOURS_ASKED = Layout(
    "demande_ap.csv",
    ",",
    _columns(
        "ID_DA,ETAB_SIRET,EFF_ENT,EFF_ETAB,DATE_STATUT,DATE_DEB,DATE_FIN,HTA,MTA,EFF_AUTO,MOTIF_RECOURS_SE,"
        "PERIMETRE_AP,S_HEURE_CONSOM_TOT,S_EFF_CONSOM_TOT,S_MONTANT_CONSOM_TOT,RECOURS_ANTERIEUR"
    ),
    compressible=False,
    quoted_header=True,
)
SIRENE_UNITS = Layout(
    "sireneUL.csv",
    ",",
    _columns(
        "siren,statutDiffusionUniteLegale,unitePurgeeUniteLegale,dateCreationUniteLegale,sigleUniteLegale,"
        "sexeUniteLegale,prenom1UniteLegale,prenom2UniteLegale,prenom3UniteLegale,prenom4UniteLegale,"
        "prenomUsuelUniteLegale,pseudonymeUniteLegale,identifiantAssociationUniteLegale,trancheEffectifsUniteLegale,"
        "anneeEffectifsUniteLegale,dateDernierTraitementUniteLegale,nombrePeriodesUniteLegale,categorieEntreprise,"
        "anneeCategorieEntreprise,dateDebut,etatAdministratifUniteLegale,nomUniteLegale,nomUsageUniteLegale,"
        "denominationUniteLegale,denominationUsuelle1UniteLegale,denominationUsuelle2UniteLegale,"
        "denominationUsuelle3UniteLegale,categorieJuridiqueUniteLegale,activitePrincipaleUniteLegale,"
        "nomenclatureActivitePrincipaleUniteLegale,activitePrincipaleNAF25UniteLegale,nicSiegeUniteLegale,"
        "economieSocialeSolidaireUniteLegale,caractereEmployeurUniteLegale"
    ),
    compressible=False,
)
SIRENE_PLACES = Layout(
    "StockEtablissement_utf8_geo.csv",
    ",",
    _columns(
        "siren,nic,siret,statutDiffusionEtablissement,dateCreationEtablissement,trancheEffectifsEtablissement,"
        "anneeEffectifsEtablissement,activitePrincipaleRegistreMetiersEtablissement,"
        "dateDernierTraitementEtablissement,etablissementSiege,nombrePeriodesEtablissement,"
        "complementAdresseEtablissement,numeroVoieEtablissement,indiceRepetitionEtablissement,"
        "dernierNumeroVoieEtablissement,indiceRepetitionDernierNumeroVoieEtablissement,typeVoieEtablissement,"
        "libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,"
        "libelleCommuneEtrangerEtablissement,distributionSpecialeEtablissement,codeCommuneEtablissement,"
        "codeCedexEtablissement,libelleCedexEtablissement,codePaysEtrangerEtablissement,"
        "libellePaysEtrangerEtablissement,identifiantAdresseEtablissement,"
        "coordonneeLambertAbscisseEtablissement,coordonneeLambertOrdonneeEtablissement,"
        "complementAdresse2Etablissement,numeroVoie2Etablissement,"
        "indiceRepetition2Etablissement,typeVoie2Etablissement,libelleVoie2Etablissement,"
        "codePostal2Etablissement,libelleCommune2Etablissement,libelleCommuneEtranger2Etablissement,"
        "distributionSpeciale2Etablissement,codeCommune2Etablissement,codeCedex2Etablissement,"
        "libelleCedex2Etablissement,codePaysEtranger2Etablissement,libellePaysEtranger2Etablissement,dateDebut,"
        "etatAdministratifEtablissement,enseigne1Etablissement,enseigne2Etablissement,enseigne3Etablissement,"
        "denominationUsuelleEtablissement,activitePrincipaleEtablissement,"
        "nomenclatureActivitePrincipaleEtablissement,caractereEmployeurEtablissement,longitude,latitude,geo_score,"
        "geo_type,geo_adresse,geo_id,geo_ligne,geo_l4,geo_l5"
    ),
    compressible=False,
)
SIRENE_HISTORY = Layout(
    "StockEtablissementHistorique_utf8.csv",
    ",",
    _columns(
        "siren,nic,siret,dateFin,dateDebut,etatAdministratifEtablissement,"
        "changementEtatAdministratifEtablissement,enseigne1Etablissement,enseigne2Etablissement,"
        "enseigne3Etablissement,changementEnseigneEtablissement,denominationUsuelleEtablissement,"
        "changementDenominationUsuelleEtablissement,activitePrincipaleEtablissement,"
        "nomenclatureActivitePrincipaleEtablissement,changementActivitePrincipaleEtablissement,"
        "caractereEmployeurEtablissement,changementCaractereEmployeurEtablissement"
    ),
    compressible=False,
)
BALANCE_SHEETS = Layout(
    "ratios_inpi_bce.csv",
    ";",
    ("siren", "date_cloture_exercice", "chiffre_d_affaires", "marge_brute", "ebe", "ebit", "resultat_net",
     *RATIOS, "type_bilan", "confidentiality", "date_depot"),
    bom=True,
)  # fmt: skip
PARTNER_SCORES = Layout("score_partenaire.csv", ";", ("siren", "month", "score", "provider"))

OFFICIAL = (
    CONTRIBUTIONS, DEBITS, WORKFORCE_FIRMS, WORKFORCE_PLACES, PLANS, CCSF, PROCEEDINGS, HOURS_USED, HOURS_ASKED,
    SIRENE_UNITS, SIRENE_PLACES, SIRENE_HISTORY, BALANCE_SHEETS,
)  # fmt: skip
