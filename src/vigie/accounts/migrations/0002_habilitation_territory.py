from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='habilitation',
            name='territory',
            field=models.CharField(blank=True, max_length=400, verbose_name='territoire'),
        ),
        migrations.AlterField(
            model_name='habilitation',
            name='role',
            field=models.CharField(choices=[('adviser', 'Conseiller'), ('expert', 'Expert'), ('manager', 'Responsable d’antenne'), ('team', 'Équipe'), ('level_a', 'Agent de détection, niveau A'), ('level_b', 'Agent de détection, niveau B')], max_length=20, verbose_name='rôle'),
        ),
        migrations.AddConstraint(
            model_name='habilitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['level_a', 'level_b']), models.Q(('territory', ''), _negated=True)), models.Q(models.Q(('role__in', ['level_a', 'level_b']), _negated=True), ('territory', '')), _connector='OR'), name='habilitation_territory_iff_detection', violation_error_message='Un agent de détection a un territoire\xa0; les autres n’en portent pas.'),
        ),
    ]
