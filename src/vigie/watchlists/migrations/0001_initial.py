import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7, unique=True)),
                ('picture', models.CharField(max_length=64)),
                ('seen_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('started_picture', models.CharField(blank=True, max_length=64)),
                ('process_id', models.PositiveIntegerField(null=True)),
            ],
            options={
                'ordering': ('-month',),
            },
        ),
        migrations.CreateModel(
            name='FactsFolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=14, unique=True)),
                ('fingerprint', models.CharField(max_length=64)),
                ('written_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('told', models.JSONField(default=dict)),
                ('changed', models.JSONField(default=list)),
            ],
            options={
                'ordering': ('-written_at',),
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('at', models.DateTimeField()),
                ('title', models.CharField(max_length=200)),
                ('lines', models.JSONField(default=list)),
            ],
            options={
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='liste')),
                ('batch', models.DateField(verbose_name='mois')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro dans le mois')),
                ('replaces', models.CharField(blank=True, max_length=12, verbose_name='remplace')),
                ('fingerprint', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('received', 'Reçue'), ('checked', 'Contrôlée'), ('open', 'Ouverte'), ('replaced', 'Remplacée'), ('withdrawn', 'Retirée')], default='received', max_length=10, verbose_name='état')),
                ('planned_on', models.DateField(null=True, verbose_name='ouverture prévue')),
                ('received_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500, verbose_name='raison du retrait')),
                ('entries_expected', models.PositiveIntegerField()),
                ('entries_loaded', models.PositiveIntegerField(default=0)),
                ('all_green', models.BooleanField(null=True)),
                ('checks', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('told', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ('-batch', '-number'),
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='publication_number_in_month'), models.CheckConstraint(condition=models.Q(('state', 'received'), models.Q(('all_green__isnull', False), ('checked_at__isnull', False)), _connector='OR'), name='publication_checked_before_anything'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'replaced']), _negated=True), ('opened_at__isnull', False), _connector='OR'), name='publication_open_has_date'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['replaced', 'withdrawn'])), models.Q(models.Q(('state__in', ['replaced', 'withdrawn']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='publication_ended_iff_final'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='publication_withdrawn_says_why', violation_error_message='Une liste retirée dit pourquoi.'), models.CheckConstraint(condition=models.Q(('state__in', ['received', 'withdrawn']), ('entries_loaded', models.F('entries_expected')), _connector='OR'), name='publication_whole_before_checked'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('batch',), name='publication_one_open_per_month')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('siren', models.CharField(max_length=9)),
                ('level', models.CharField(choices=[('strong', 'fort'), ('moderate', 'modéré'), ('none', 'aucun')], max_length=8)),
                ('score', models.FloatField()),
                ('rank', models.PositiveIntegerField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('commune_name', models.CharField(blank=True, max_length=100)),
                ('departement', models.CharField(blank=True, max_length=3)),
                ('region', models.CharField(blank=True, max_length=3)),
                ('naf', models.CharField(blank=True, max_length=6)),
                ('section', models.CharField(blank=True, max_length=1)),
                ('workforce_count', models.PositiveIntegerField(null=True)),
                ('workforce_change_ratio', models.FloatField(null=True)),
                ('main_family', models.CharField(blank=True, max_length=40)),
                ('first_alert', models.BooleanField(default=False)),
                ('aggravation', models.BooleanField(default=False)),
                ('in_bonis', models.BooleanField(default=True)),
                ('plan_running', models.BooleanField(default=False)),
                ('payment_plan_running', models.BooleanField(default=False)),
                ('recent_company', models.BooleanField(default=False)),
                ('corrected', models.BooleanField(default=False)),
                ('accounts_public', models.BooleanField(null=True)),
                ('reasons', models.JSONField(default=list)),
                ('missing_families', models.JSONField(default=list)),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='watchlists.publication')),
            ],
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='watchlists.publication')),
            ],
            options={
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', models.CharField(db_index=True, max_length=9)),
                ('since', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EntryPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('departement', models.CharField(max_length=3)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='watchlists.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['departement', 'entry'], name='entry_place')],
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('level', 'none'), _negated=True), fields=['publication', 'rank'], name='entry_alerts'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['siren'], name='entry_siren'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('publication', 'siren'), name='entry_once_per_list'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='entry_score_is_a_probability'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('publication', 'user'), name='approval_by_two_persons', violation_error_message='Vous avez déjà approuvé cette liste.'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('user', 'siren'), name='subscription_once'),
        ),
    ]
